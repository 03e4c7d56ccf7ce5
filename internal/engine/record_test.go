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
		if got := c.record.Verify("acme/churn", c.issue, c.keys); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if none, err := engine.NewSigner(nil); err != nil || none.Public() != nil {
		t.Errorf("without a secret: %v, %v", none.Public(), err)
	}
}
