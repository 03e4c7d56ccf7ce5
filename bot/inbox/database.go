package inbox

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
)

// database is the seam between the inbox and where it is stored. TTx is the
// transaction type of the database's River driver, so that targets and jobs
// change together. SQL is written with ? for its arguments.
type database[TTx any] interface {
	driver() riverdriver.Driver[TTx]
	// begin starts a transaction that holds the write lock from its start.
	begin(ctx context.Context) (TTx, error)
	commit(ctx context.Context, tx TTx) error
	rollback(ctx context.Context, tx TTx)
	// within runs statements inside tx; reader outside of any transaction.
	within(tx TTx) statements
	reader() statements
	// complete completes job inside tx.
	complete(ctx context.Context, tx TTx, job *river.Job[evaluate]) error
	// wake makes the workers of a queue fetch after the given time.
	wake(queue string, after time.Duration)
	// pollInterval is how often workers look for jobs nobody woke them for.
	pollInterval() time.Duration
	// recover frees, before any worker runs, what a killed process held. It is
	// a no-op where other processes may be alive.
	recover(ctx context.Context) error
	// corrupt tells whether err means that the stored data cannot be trusted.
	corrupt(err error) bool
	close() error
}

// statements runs SQL.
type statements interface {
	exec(ctx context.Context, query string, args ...any) (int64, error)
	// each calls row once per result row; row reads it with scan.
	each(ctx context.Context, row func(scan func(...any) error) error, query string, args ...any) error
}

// one reads a single row into dest and reports whether there was one.
func one(ctx context.Context, s statements, dest []any, query string, args ...any) (bool, error) {
	found := false
	err := s.each(ctx, func(scan func(...any) error) error {
		found = true
		return scan(dest...)
	}, query, args...)
	return found, err
}

// inTx runs do in a transaction and commits it if do returns nil.
func inTx[TTx any](ctx context.Context, db database[TTx], do func(TTx, statements) error) error {
	tx, err := db.begin(ctx)
	if err != nil {
		return err
	}
	if err := do(tx, db.within(tx)); err != nil {
		db.rollback(ctx, tx)
		return err
	}
	return db.commit(ctx, tx)
}

// schema is understood by SQLite and PostgreSQL alike. Times are milliseconds
// since 1970; due alone is by the project's clock.
var schema = []string{
	`CREATE TABLE IF NOT EXISTS target (
		key text PRIMARY KEY,
		installation bigint NOT NULL,
		gen bigint NOT NULL,
		done_gen bigint NOT NULL DEFAULT 0,
		due bigint NOT NULL DEFAULT 0,
		attempts integer NOT NULL DEFAULT 0,
		dead integer NOT NULL DEFAULT 0,
		done_at bigint NOT NULL DEFAULT 0,
		last_error text NOT NULL DEFAULT ''
	)`,
	`CREATE INDEX IF NOT EXISTS target_pending ON target (installation) WHERE gen > done_gen`,
	`CREATE INDEX IF NOT EXISTS target_due ON target (due) WHERE due > 0`,
	`CREATE INDEX IF NOT EXISTS target_installation ON target (installation)`,
	`CREATE TABLE IF NOT EXISTS intent (
		key text NOT NULL,
		name text NOT NULL,
		gen bigint NOT NULL,
		data text NOT NULL,
		PRIMARY KEY (key, name)
	)`,
	`CREATE TABLE IF NOT EXISTS delivery (
		guid text PRIMARY KEY,
		event text NOT NULL,
		installation bigint NOT NULL,
		received_at bigint NOT NULL,
		seen integer NOT NULL DEFAULT 1,
		window_at bigint NOT NULL,
		window_n integer NOT NULL DEFAULT 1
	)`,
	`CREATE INDEX IF NOT EXISTS delivery_received ON delivery (received_at)`,
	`CREATE TABLE IF NOT EXISTS redelivery (
		guid text PRIMARY KEY,
		asked integer NOT NULL,
		asked_at bigint NOT NULL
	)`,
	`CREATE TABLE IF NOT EXISTS setting (name text PRIMARY KEY, value text NOT NULL)`,
}
