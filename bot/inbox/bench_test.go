package inbox_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
)

// BenchmarkAccept is how fast deliveries reach the disk when many come at once.
func BenchmarkAccept(b *testing.B) {
	in, err := inbox.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "inbox.db"), inbox.Options{Evaluator: newWorld().evaluator(0)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = in.Stop(b.Context()) }()
	var n atomic.Int64
	b.SetParallelism(128)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(n.Add(1))
			if _, err := in.Accept(b.Context(), inbox.Hint{GUID: fmt.Sprint(i), Event: "issues", Keys: []engine.Key{issue(i % 500)}}); err != nil {
				b.Error(err)
			}
		}
	})
}
