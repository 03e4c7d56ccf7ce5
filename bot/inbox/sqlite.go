package inbox

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDB is a database in one file, used by one process at a time. There is
// one connection that writes (SQLite has one writer at a time anyway, and
// waiting in Go is fair where SQLite's busy handler is not) and a pool that
// reads.
type sqliteDB struct {
	write, read *sql.DB
	lock        *sql.DB
	bell        *bell
}

// openSQLite opens or creates the file at path. A file that is damaged is set
// aside under another name and replaced by an empty one, since everything in it
// can be had again from GitHub.
func openSQLite(ctx context.Context, path string, opts Options) (*sqliteDB, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, errors.New("the inbox needs a file: sqlite:PATH, for example sqlite:phasegate.db")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(ctx, path+"-lock", opts.LockWait)
	if err != nil {
		return nil, err
	}
	db, err := openPools(ctx, path, opts.connector)
	if err != nil && isCorrupt(err) {
		aside, moveErr := setAside(path, time.Now())
		if moveErr != nil {
			return nil, errors.Join(moveErr, lock.Close())
		}
		opts.Logger.ErrorContext(ctx, "database is damaged: set aside, starting with an empty one",
			"set_aside", aside, "error", err)
		db, err = openPools(ctx, path, opts.connector)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), lock.Close())
	}
	db.lock = lock
	return db, nil
}

// lockFile holds an exclusive lock on a file of its own until closed or until
// the process ends, however it ends. It is a SQLite lock because that is the
// same on every system.
func lockFile(ctx context.Context, path string, wait time.Duration) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "_pragma=busy_timeout("+strconv.FormatInt(wait.Milliseconds(), 10)+")"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("another process is using this database (lock file %s): stop it, or give this one a database of its own: %w", path, err)
	}
	return db, nil
}

func openPools(ctx context.Context, path string, wrap func(driver.Connector) driver.Connector) (_ *sqliteDB, err error) {
	const common = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	db := &sqliteDB{bell: newBell()}
	defer func() {
		if err != nil {
			_ = db.close()
		}
	}()
	if db.write, err = openPool(dsn(path, common), wrap); err != nil {
		return nil, err
	}
	db.write.SetMaxOpenConns(1)
	if err := checkFile(ctx, db.write); err != nil {
		return nil, err
	}
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	if db.read, err = openPool(dsn(path, common+"&_pragma=query_only(1)"), wrap); err != nil {
		return nil, err
	}
	db.read.SetMaxOpenConns(4)
	return db, nil
}

func openPool(dsn string, wrap func(driver.Connector) driver.Connector) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	if wrap != nil {
		c = wrap(c)
	}
	return sql.OpenDB(c), nil
}

func dsn(path, params string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + params
}

var errDamaged = errors.New("integrity check failed")

func checkFile(ctx context.Context, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, verdict)
	}
	return nil
}

func migrate(ctx context.Context, db *sqliteDB) error {
	m, err := rivermigrate.New(db.driver(), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("prepare the queue's tables: %w", err)
	}
	for _, statement := range schema {
		if _, err := db.write.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("prepare the inbox's tables: %w", err)
		}
	}
	return nil
}

// setAside renames a damaged file and its journals, and returns the new name.
func setAside(path string, now time.Time) (string, error) {
	aside := path + ".damaged-" + now.UTC().Format("20060102T150405.000Z")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("set a damaged database aside: %w", err)
		}
	}
	return aside, nil
}

func isCorrupt(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		code := e.Code() & 0xff
		return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
	}
	return errors.Is(err, errDamaged)
}

func (d *sqliteDB) corrupt(err error) bool { return isCorrupt(err) }

// driver is River's own, but for how workers are woken: River would poll an
// outbox table every 50 ms through the one writing connection.
func (d *sqliteDB) driver() riverdriver.Driver[*sql.Tx] {
	return sqliteDriver{riversqlite.New(d.write), d.bell}
}

type sqliteDriver struct {
	*riversqlite.Driver
	bell *bell
}

func (d sqliteDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.bell
}
func (d sqliteDriver) SupportsListenNotify() bool { return false }

func (d *sqliteDB) begin(ctx context.Context) (*sql.Tx, error) { return d.write.BeginTx(ctx, nil) }

func (d *sqliteDB) commit(_ context.Context, tx *sql.Tx) error { return tx.Commit() }

func (d *sqliteDB) rollback(_ context.Context, tx *sql.Tx) { _ = tx.Rollback() }

func (d *sqliteDB) within(tx *sql.Tx) statements {
	return &txStatements{tx: tx, prepared: map[string]*sql.Stmt{}}
}

func (d *sqliteDB) reader() statements { return sqlStatements{d.read} }

func (d *sqliteDB) complete(ctx context.Context, tx *sql.Tx, job *river.Job[evaluate]) error {
	_, err := river.JobCompleteTx[sqliteDriver](ctx, tx, job)
	return err
}

func (d *sqliteDB) wake(queue string, after time.Duration) { d.bell.ring(queue, after) }

// pollInterval is long because the bell is in this process and rings for every
// job; only a process that was killed leaves some it did not ring for.
func (d *sqliteDB) pollInterval() time.Duration { return 5 * time.Second }

// recover relies on the lock: whatever the file says is running belongs to a
// process that is gone, and so does its claim to lead.
func (d *sqliteDB) recover(ctx context.Context) error {
	return inTx(ctx, d, func(_ *sql.Tx, s statements) error {
		if _, err := s.exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = datetime('now', 'subsec') WHERE state = 'running'`); err != nil {
			return fmt.Errorf("make interrupted jobs available: %w", err)
		}
		if _, err := s.exec(ctx, `DELETE FROM river_leader`); err != nil {
			return fmt.Errorf("end the lead of the process before: %w", err)
		}
		return nil
	})
}

func (d *sqliteDB) close() error {
	d.bell.stop()
	var errs []error
	for _, db := range []*sql.DB{d.read, d.write, d.lock} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// sqlStatements runs statements on a pool.
type sqlStatements struct {
	on *sql.DB
}

func (s sqlStatements) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := s.on.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (s sqlStatements) each(ctx context.Context, row func(func(...any) error) error, query string, args ...any) error {
	rows, err := s.on.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, row)
}

// txStatements runs statements in a transaction, each prepared once: a batch
// runs the same few hundreds of times. They are closed with the transaction.
type txStatements struct {
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
}

func (s *txStatements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := s.prepared[query]; ok {
		return stmt, nil
	}
	stmt, err := s.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.prepared[query] = stmt
	return stmt, nil
}

func (s *txStatements) exec(ctx context.Context, query string, args ...any) (int64, error) {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (s *txStatements) each(ctx context.Context, row func(func(...any) error) error, query string, args ...any) error {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, row)
}

func eachRow(rows *sql.Rows, row func(func(...any) error) error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
