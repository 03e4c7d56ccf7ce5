package engine_test

import (
	"crypto/ed25519"
	"encoding/json"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

func TestSignedRecords(t *testing.T) {
	signer, err := engine.NewSigner([]byte("a private key"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := engine.NewSigner([]byte("another key"))
	if err != nil {
		t.Fatal(err)
	}
	sign := func(r engine.Record) engine.Record {
		t.Helper()
		r, err := signer.Sign(r)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	plain := engine.Record{Kind: engine.Passed, Repo: "acme/churn", Issue: 3, At: start, Gate: lifecycle.G1, To: lifecycle.Development, Prints: prints("metrics=1 budget=2")}
	keys := []ed25519.PublicKey{other.Public(), signer.Public()}

	travelled := func(r engine.Record) engine.Record {
		t.Helper()
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back engine.Record
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		return back
	}
	forged := sign(plain)
	forged.To = lifecycle.Deployment
	flipped := sign(plain)
	flipped.Signature = "A" + flipped.Signature[1:]
	if flipped.Signature == sign(plain).Signature {
		flipped.Signature = "B" + flipped.Signature[1:]
	}
	for _, c := range []struct {
		name   string
		record engine.Record
		issue  int
		keys   []ed25519.PublicKey
		want   engine.Verdict
	}{
		{"as written", travelled(sign(plain)), 3, keys, engine.Valid},
		{"changed", travelled(forged), 3, keys, engine.Forged},
		{"one character of the signature", flipped, 3, keys, engine.Forged},
		{"copied to another issue", sign(plain), 4, keys, engine.Misplaced},
		{"signed by a key nobody published", sign(plain), 3, keys[:1], engine.UnknownKey},
		{"unsigned", plain, 3, keys, engine.Unsigned},
	} {
		if got := c.record.Verify(engine.Place{Repo: "acme/churn", RepoID: 77, Issue: c.issue}, c.keys); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	home := sign(plain)
	home.RepoID = 77
	home = sign(home)
	for name, c := range map[string]struct {
		place engine.Place
		want  engine.Verdict
	}{
		"the repository was renamed":           {engine.Place{Repo: "acme/attrition", RepoID: 77, Issue: 3}, engine.Valid},
		"another repository took the name":     {engine.Place{Repo: "acme/churn", RepoID: 78, Issue: 3}, engine.Misplaced},
		"the id could not be read":             {engine.Place{Repo: "ACME/churn", Issue: 3}, engine.Valid},
		"nor is the name the same":             {engine.Place{Repo: "acme/other", Issue: 3}, engine.Misplaced},
		"the issue went to another repository": {engine.Place{Repo: "acme/other", RepoID: 79, Issue: 3}, engine.Misplaced},
	} {
		if got := home.Verify(c.place, keys); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if none, err := engine.NewSigner(nil); err != nil || none.Public() != nil {
		t.Errorf("without a secret: %v, %v", none.Public(), err)
	}
}
