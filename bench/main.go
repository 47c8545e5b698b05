// Command bench measures the server beside hand-written programs that do the same, on
// PostgreSQL, in one run on one machine:
//
//		go run ./internal/dbtest/with -durable -- go run ./bench [-markdown] [subscribers | import | merge | payments]
//
//	  - the contact page: 50 contacts with their balances and their 5 latest documents with lines;
//	  - recordPayment with one allocation, on many contacts and on one;
//	  - subscribers of a balance over WebSockets;
//	  - import: 100,000 contacts next to COPY of the same rows;
//	  - merge: a contact with 50,000 documents, while payments are recorded;
//	  - payments: payment.Service.Record next to its own statements in one round trip.
//
// The server is the one of ./server, built and run as its own process and asked over HTTP.
// Beside it runs this program again as another process: net/http with pgx and encoding/json
// for requests, net/http with gorilla/websocket for subscribers. Before anything is timed,
// both must give the same answers; after the payments, what is kept in both databases must
// agree with its sources. The databases are made in the server of TEST_DATABASE_URL and
// dropped at the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	seconds := flag.Duration("time", 6*time.Second, "how long each program is measured at each task, warm-up not counted")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch flag.Arg(0) {
	case handWrittenRole:
		err = serveHandWritten(ctx, os.Getenv(databaseVariable))
	case hubRole:
		err = serveHub(ctx)
	case subscribersRole:
		err = benchSubscribers(ctx, os.Getenv("TEST_DATABASE_URL"), *markdown, os.Stdout)
	case importRole:
		err = benchImport(ctx, os.Getenv("TEST_DATABASE_URL"), os.Stdout)
	case mergeRole:
		err = benchMerge(ctx, os.Getenv("TEST_DATABASE_URL"), os.Stdout)
	case paymentsRole:
		err = benchPayments(ctx, os.Getenv("TEST_DATABASE_URL"), os.Stdout)
	case "":
		err = run(ctx, os.Getenv("TEST_DATABASE_URL"), *seconds, *markdown, os.Stdout)
	default:
		err = fmt.Errorf("what is %q?", flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // what is deferred was done
	}
}

// run is the whole benchmark.
func run(ctx context.Context, target string, each time.Duration, markdown bool, out io.Writer) (err error) {
	if target == "" {
		return errors.New("TEST_DATABASE_URL is not set: run `make bench`")
	}
	about("building the server")
	binary, clean, err := buildServer(ctx)
	if err != nil {
		return err
	}
	defer clean()
	about("writing %d contacts and %d documents", contacts, documents)
	w, err := newWorld(ctx, target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.drop(context.WithoutCancel(ctx))) }()
	report := &report{machine: w.machine(ctx)}
	if err := requests(ctx, w, binary, each, report); err != nil {
		return err
	}
	if err := subscribers(ctx, w, binary, report); err != nil {
		return err
	}
	return report.print(out, markdown)
}

// about tells a person who waits what is going on.
func about(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
