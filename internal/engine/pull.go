package engine

import (
	"github.com/phasegate/phasegate/internal/policy"
)

// PullSnapshot is what was read of a pull request.
type PullSnapshot struct {
	Key      Key
	Rules    Rules // of the base branch
	Closed   bool
	Head     string           // its newest commit
	Config   string           // hash of the config at Head; "" for none
	Base     string           // hash of the config on the base branch; "" for none
	Problems []policy.Problem // of the config at Head
	Check    string           // external id of our newest phasegate/config on Head; "" for none
}

// Plan says whether the config that a pull request brings can be read. Its rules judge nothing before
// they are merged.
func (s PullSnapshot) Plan() Plan {
	if s.Closed || s.Config == "" || s.Config == s.Base || s.Check == configID(s.Config) {
		return Plan{}
	}
	return Plan{Effects: []Effect{configCheck(s.Rules, s.Head, s.Config, s.Problems)}}
}
