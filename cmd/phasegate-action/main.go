// Phasegate-action is the program behind action.yml: one run of Phasegate as a step of a workflow. It has
// no database and no web server; see the package action.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/phasegate/phasegate/action"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := action.Run(ctx, action.Options{Getenv: os.Getenv, Stdout: os.Stdout})
	stop()
	os.Exit(status)
}
