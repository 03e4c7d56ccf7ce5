package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (versionCommand) Help() string {
	return "Example:\n\n    phasegate version --json"
}

// build is what a binary knows about itself.
type build struct {
	Version  string `json:"version"`            // "(devel)" when built from a work tree
	Commit   string `json:"commit"`             // "unknown" when it was not recorded
	Modified bool   `json:"modified,omitempty"` // the work tree had changes beyond the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (c *versionCommand) Run(s *session) error {
	info, _ := debug.ReadBuildInfo()
	b := buildOf(info)
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(b)
	}
	commit := b.Commit
	if b.Modified {
		commit += ", with changes"
	}
	_, err := fmt.Fprintf(s.Out, "phasegate %s\ncommit: %s\n%s %s\n", b.Version, commit, b.Go, b.Platform)
	return err
}

// buildOf reads what the Go tool recorded; info may be nil.
func buildOf(info *debug.BuildInfo) build {
	b := build{Version: "(devel)", Commit: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info == nil {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Commit = setting.Value
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
	return b
}
