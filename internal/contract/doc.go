// Package contract checks traffic against GitHub's own descriptions of its interfaces: REST requests, responses and
// webhooks against the OpenAPI description, GraphQL documents and answers against the GraphQL schema.
//
// It is how the simulated GitHub is kept honest, and how it is shown that what the product sends would be accepted.
// The descriptions are large and are not part of this repository: fetch.sh beside this file brings them from npm
// into .cache/contract (or PHASEGATE_CONTRACT_DIR). Tests that need them carry the build tag "contract":
//
//	internal/contract/fetch.sh && go test -tags contract ./...
//
// A test that drives a server puts a Recorder around it and asks at the end what did not fit:
//
//	checker, err := contract.Load(contract.Dir(os.Getenv, root))
//	rec := checker.Recorder()
//	api := httptest.NewServer(rec.Wrap(hub))                // every REST and GraphQL exchange
//	bot := httptest.NewServer(rec.WrapWebhooks(botHandler)) // every webhook delivered
//	…
//	for _, v := range rec.Violations() { t.Error(v) }
//
// Where GitHub's description contradicts GitHub's behaviour, known.go lists the fault with its reason; nothing else
// is let through.
package contract
