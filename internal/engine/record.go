package engine

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
)

// RecordKind says what a comment of Phasegate records.
type RecordKind string

// The records. A request, a void and a passed record publish fingerprints (rule 8).
const (
	Requested RecordKind = "request"  // a gate was asked for
	Voided    RecordKind = "void"     // what was approved changed
	Blocked   RecordKind = "blocked"  // something holds the open request up
	Passed    RecordKind = "passed"   // the gate passed
	Returned  RecordKind = "returned" // the deliverable went back
	Replied   RecordKind = "reply"    // a command was answered
	Explained RecordKind = "label"    // a label that a person changed was put back
	Paused    RecordKind = "pause"    // somebody's commands wait until the hour is over
	Started   RecordKind = "start"    // work that exists begins in a later phase
	Risked    RecordKind = "risk"     // the risk was changed
	Waived    RecordKind = "waiver"   // something that must be ready may be missing until a day
	Overruled RecordKind = "overrule" // an objection was overruled
	Rewritten RecordKind = "rewrite"  // Phasegate changed the text on somebody's behalf; publishes fingerprints
	Nudged    RecordKind = "nudge"    // the people awaited were reminded
	Expired   RecordKind = "expired"  // a passed last gate holds no longer; asks for its renewal and publishes fingerprints
	Renewed   RecordKind = "renewed"  // it was confirmed

	RolledBack RecordKind = "rollback" // an earlier version was deployed again
)

// Who is a person as a record names them.
type Who struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
}

// Person is the account the record names.
func (w Who) Person() facts.Person { return facts.Person{ID: w.ID, Login: w.Login} }

// WhoIs names p in a record.
func WhoIs(p facts.Person) Who { return Who{p.ID, p.Login} }

// RecordedYes is an approval as the record of a passed gate lists it.
type RecordedYes struct {
	Who     Who            `json:"who"`
	Seat    lifecycle.Role `json:"seat"`
	Role    lifecycle.Role `json:"role"`
	Via     checks.Via     `json:"via"`
	By      *Who           `json:"by,omitempty"`    // who lent the role
	Until   string         `json:"until,omitempty"` // last day of the delegation
	At      time.Time      `json:"at"`
	Comment int64          `json:"comment"`
	URL     string         `json:"url"`
	Prints  checks.Prints  `json:"prints"`
	Carried bool           `json:"carried,omitempty"`
	AlsoFor bool           `json:"also,omitempty"`
}

// RecordedReport is the metric report that a step is judged on, kept because GitHub deletes check runs
// after some time.
type RecordedReport struct {
	ID     int64          `json:"id"` // of the check run
	Commit string         `json:"commit"`
	At     time.Time      `json:"at"`
	Body   metrics.Report `json:"body"`
}

// Record is what a comment of Phasegate says to programs. It is bound to its repository and issue, so
// a copy elsewhere proves nothing.
type Record struct {
	Kind      RecordKind             `json:"kind"`
	Repo      string                 `json:"repo"` // owner/name, as it was when written
	RepoID    int64                  `json:"repo_id,omitempty"`
	Issue     int                    `json:"issue"`
	Cause     int64                  `json:"cause,omitempty"`   // the comment that caused it; a record is written once per cause
	Place     int                    `json:"place,omitempty"`   // of the command in Cause that it carries out, from 0
	Causes    []int64                `json:"causes,omitempty"`  // further comments that a reply answers, repetitions of the first
	Refused   []int                  `json:"refused,omitempty"` // places of Cause's commands that were not carried out, from 0; all of those of Causes were not
	Event     string                 `json:"event,omitempty"`   // what caused it where that is no comment: the label event, for Explained; the hour, for Paused; the review, or the objection that was edited away, for Replied
	At        time.Time              `json:"at"`
	Gate      lifecycle.Gate         `json:"gate,omitempty"`
	From      lifecycle.Phase        `json:"from,omitempty"`
	To        lifecycle.Phase        `json:"to,omitempty"`
	Risk      lifecycle.Risk         `json:"risk,omitempty"`
	Requester *Who                   `json:"requester,omitempty"`
	Prints    checks.Prints          `json:"prints,omitempty"`
	Words     map[checks.Item]string `json:"words,omitempty"` // what the items said, shortened, to show old → new later
	Yes       []RecordedYes          `json:"yes,omitempty"`
	Self      bool                   `json:"self,omitempty"`   // self-reviewed
	Blocks    []string               `json:"blocks,omitempty"` // what holds the request up, as the requester is told here
	Why       lifecycle.Cause        `json:"why,omitempty"`
	Reason    string                 `json:"reason,omitempty"`
	Report    *RecordedReport        `json:"report,omitempty"`   // that the step is judged on
	Artefact  string                 `json:"artefact,omitempty"` // that is waived: the row of section 2's tables
	Until     string                 `json:"until,omitempty"`    // last day of a waiver or of a gate's validity, YYYY-MM-DD
	Target    *Who                   `json:"target,omitempty"`   // whose objection is overruled
	With      *Who                   `json:"with,omitempty"`     // the validator who agreed, where one is needed
	Key       string                 `json:"key,omitempty"`      // fingerprint of the key that signed
	Signature string                 `json:"sig,omitempty"`
}

// Signer signs records. The zero Signer leaves them unsigned.
type Signer struct{ key ed25519.PrivateKey }

// NewSigner derives the signing key from a secret with HKDF-SHA-256; an empty secret gives the zero
// Signer. The secret is SIGNING_KEY or the App's private key.
func NewSigner(secret []byte) (Signer, error) {
	if len(secret) == 0 {
		return Signer{}, nil
	}
	seed, err := hkdf.Key(sha256.New, secret, nil, "phasegate record signature v1", ed25519.SeedSize)
	if err != nil {
		return Signer{}, fmt.Errorf("derive the signing key: %w", err)
	}
	return Signer{ed25519.NewKeyFromSeed(seed)}, nil
}

// Public is the key that verifies what s signs; nil for the zero Signer.
func (s Signer) Public() ed25519.PublicKey {
	if s.key == nil {
		return nil
	}
	return s.key.Public().(ed25519.PublicKey)
}

// KeyID is a short name of a public key, as records carry it.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// Sign returns the record with key and signature; unchanged where there is no key.
func (s Signer) Sign(r Record) (Record, error) {
	if s.key == nil {
		return r, nil
	}
	r.Key = KeyID(s.Public())
	text, err := r.signed()
	if err != nil {
		return r, err
	}
	r.Signature = base64.RawURLEncoding.EncodeToString(ed25519.Sign(s.key, text))
	return r, nil
}

// signed is the text the signature covers: everything but the signature.
func (r Record) signed() ([]byte, error) {
	r.Signature = ""
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record of %s#%d: %w", r.Repo, r.Issue, err)
	}
	return append([]byte("phasegate record v1\n"), text...), nil
}

// Verdict is what checking a record's signature found.
type Verdict string

// The verdicts on a signature.
const (
	Valid      Verdict = "valid"
	Unsigned   Verdict = "unsigned"
	UnknownKey Verdict = "unknown key"
	Forged     Verdict = "forged"
	Misplaced  Verdict = "of another issue"
)

// Place is an issue that a record may be of. A repository that was renamed keeps its id; where either
// side has none, names are compared.
type Place struct {
	Repo   string // owner/name
	RepoID int64  // 0 where it is not known
	Issue  int
}

func (r Record) of(p Place) bool {
	if r.Issue != p.Issue {
		return false
	}
	if r.RepoID != 0 && p.RepoID != 0 {
		return r.RepoID == p.RepoID
	}
	return strings.EqualFold(r.Repo, p.Repo)
}

// Verify checks that the record is of that issue and was signed by one of the keys.
func (r Record) Verify(p Place, keys []ed25519.PublicKey) Verdict {
	if !r.of(p) {
		return Misplaced
	}
	if r.Signature == "" {
		return Unsigned
	}
	for _, key := range keys {
		if KeyID(key) != r.Key {
			continue
		}
		sig, err := base64.RawURLEncoding.DecodeString(r.Signature)
		text, textErr := r.signed()
		if err != nil || textErr != nil || !ed25519.Verify(key, text, sig) {
			return Forged
		}
		return Valid
	}
	return UnknownKey
}
