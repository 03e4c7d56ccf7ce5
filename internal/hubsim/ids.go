package hubsim

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// ids gives out numeric ids. One sequence serves all kinds, so that an id of one kind is never valid for
// another: code that mixes them up fails here as it does on GitHub.
type ids struct{ last int64 }

// firstID leaves room below for the ids that GitHub itself has fixed, like those of the Actions App.
const firstID = 1_000_000

func (i *ids) next() int64 {
	if i.last < firstID {
		i.last = firstID
	}
	i.last++
	return i.last
}

// Prefixes of node ids, as on GitHub.
const (
	nodeUser         = "U"
	nodeBot          = "BOT"
	nodeOrg          = "O"
	nodeRepo         = "R"
	nodeTeam         = "T"
	nodeIssue        = "I"
	nodePull         = "PR"
	nodeComment      = "IC"
	nodeLabel        = "LA"
	nodeReaction     = "REA"
	nodeApp          = "A"
	nodeInstallation = "MDIz"
	nodeReview       = "PRR"
	nodeReviewThread = "PRRC"
	nodeCheckRun     = "CR"
	nodeCheckSuite   = "CS"
	nodePush         = "PSH"
	nodeCommit       = "C"
	nodeStatus       = "SC"
	nodeDeployment   = "DE"
)

// nodeID returns an opaque node id: a prefix for the kind and, encoded, the numbers that find the object
// (the repository's id, 0 if none, then its own).
func nodeID(prefix string, repoID, id int64) string {
	nums := []int64{0, repoID, id}
	if repoID == 0 {
		nums = []int64{0, id}
	}
	b := []byte{0x90 | byte(len(nums))}
	for _, n := range nums {
		switch {
		case n < 0x80:
			b = append(b, byte(n))
		case n <= 0xffffffff:
			b = append(b, 0xce)
			b = binary.BigEndian.AppendUint32(b, uint32(n))
		default:
			b = append(b, 0xcf)
			b = binary.BigEndian.AppendUint64(b, uint64(n))
		}
	}
	return prefix + "_" + base64.RawURLEncoding.EncodeToString(b)
}

// parseNodeID takes a node id apart; ok is false if it is none of ours.
func parseNodeID(s string) (prefix string, repoID, id int64, ok bool) {
	prefix, enc, found := strings.Cut(s, "_")
	if !found || prefix == "" {
		return "", 0, 0, false
	}
	b, err := base64.RawURLEncoding.DecodeString(enc)
	if err != nil || len(b) < 2 {
		return "", 0, 0, false
	}
	var nums []int64
	for rest := b[1:]; len(rest) > 0; {
		switch {
		case rest[0] < 0x80:
			nums, rest = append(nums, int64(rest[0])), rest[1:]
		case rest[0] == 0xce && len(rest) >= 5:
			nums, rest = append(nums, int64(binary.BigEndian.Uint32(rest[1:]))), rest[5:]
		case rest[0] == 0xcf && len(rest) >= 9:
			nums, rest = append(nums, int64(binary.BigEndian.Uint64(rest[1:]))), rest[9:]
		default:
			return "", 0, 0, false
		}
	}
	if b[0] != 0x90|byte(len(nums)) {
		return "", 0, 0, false
	}
	switch len(nums) {
	case 2:
		return prefix, 0, nums[1], true
	case 3:
		return prefix, nums[1], nums[2], true
	}
	return "", 0, 0, false
}

// newGUID returns a random version 4 UUID, as X-GitHub-Delivery has it.
func newGUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // crypto/rand.Read never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// randomToken returns a secret with a prefix such as "ghs_".
func randomToken(prefix string) string {
	b := make([]byte, 27)
	_, _ = rand.Read(b)
	return prefix + strings.NewReplacer("-", "a", "_", "b").Replace(base64.RawURLEncoding.EncodeToString(b))
}
