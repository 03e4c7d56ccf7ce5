package inbox

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"
	"testing"
	"time"
)

// WithoutPolling returns opts for workers that nobody but the bell wakes.
func WithoutPolling(opts Options) Options {
	opts.poll = 24 * time.Hour
	return opts
}

// Disk makes the disk under one database fail. The fault is a setting that
// every connection of the database has while it lasts, those that take the
// place of an interrupted one included.
type Disk struct {
	mu    sync.Mutex
	fault string
}

// Under returns opts for an inbox on this disk.
func (d *Disk) Under(opts Options) Options {
	opts.connector = func(c driver.Connector) driver.Connector { return faulty{c, d} }
	return opts
}

// Break runs the statement on the connection that writes, now and whenever one
// is made.
func (d *Disk) Break(t *testing.T, in *Inbox[*sql.Tx], statement string) {
	d.set(t, in, statement, statement)
}

// Mend ends what Break began; the statement undoes it for the connection there is.
func (d *Disk) Mend(t *testing.T, in *Inbox[*sql.Tx], statement string) { d.set(t, in, "", statement) }

func (d *Disk) set(t *testing.T, in *Inbox[*sql.Tx], fault, now string) {
	t.Helper()
	d.mu.Lock()
	d.fault = fault
	d.mu.Unlock()
	ExecOnWriter(t, in, now)
}

type faulty struct {
	driver.Connector
	disk *Disk
}

func (f faulty) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := f.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	f.disk.mu.Lock()
	fault := f.disk.fault
	f.disk.mu.Unlock()
	if fault == "" {
		return conn, nil
	}
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, fault, nil); err != nil {
		return nil, fmt.Errorf("%s: %w", fault, err)
	}
	return conn, nil
}

// ExecOnWriter runs a statement on the connection that writes.
func ExecOnWriter(t *testing.T, in *Inbox[*sql.Tx], statement string) {
	t.Helper()
	if _, err := in.db.(*sqliteDB).write.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
