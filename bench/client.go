package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// client asks over one connection that stays open. It is lean, because it takes CPU from
// what it measures: it reads of an answer only the status and the length.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(ctx context.Context, address string) (*client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", address, err)
	}
	return &client{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

// ask sends a whole request and hands the body of the answer, which must be 200, to read.
func (c *client) ask(request []byte, read func(io.Reader) error) (size int64, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return 0, err
	}
	status, size := "", int64(-1)
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if status == "" {
			status = string(line)
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(": ")); ok && strings.EqualFold(string(name), "Content-Length") {
			if size, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return 0, err
			}
		}
	}
	body := io.LimitReader(c.in, size)
	if !strings.Contains(status, " 200 ") {
		text, _ := io.ReadAll(body)
		return 0, fmt.Errorf("%s: %s", strings.TrimSpace(status), text)
	}
	if size < 0 {
		return 0, fmt.Errorf("an answer without a length")
	}
	return size, read(body)
}

// discard reads an answer to its end. An answer of GraphQL that begins with errors fails.
func discard(body io.Reader) error {
	var begin [10]byte
	if _, err := io.ReadFull(body, begin[:]); err != nil {
		return err
	}
	if bytes.HasPrefix(begin[:], []byte(`{"errors"`)) {
		rest, _ := io.ReadAll(body)
		return fmt.Errorf("the answer is %s%s", begin, rest)
	}
	_, err := io.Copy(io.Discard, body)
	return err
}

// once asks one question over a connection of its own and gives the answer.
func once(ctx context.Context, address string, request []byte) (out []byte, err error) {
	c, err := dial(ctx, address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.conn.Close() }()
	_, err = c.ask(request, func(body io.Reader) error {
		out, err = io.ReadAll(body)
		return err
	})
	return out, err
}

// sample is what a number of connections saw.
type sample struct {
	latencies []time.Duration
	bytes     int64
	took      time.Duration
}

// add joins two samples of the same thing.
func (s *sample) add(t sample) {
	s.latencies = append(s.latencies, t.latencies...)
	s.bytes += t.bytes
	s.took += t.took
}

func (s *sample) count() int { return len(s.latencies) }

func (s *sample) perSecond() float64 { return float64(s.count()) / s.took.Seconds() }

// percentile is the latency that so many of a hundred requests did not exceed.
func (s *sample) percentile(p float64) time.Duration {
	if len(s.latencies) == 0 {
		return 0
	}
	slices.Sort(s.latencies)
	return s.latencies[min(len(s.latencies)-1, int(float64(len(s.latencies))*p/100))]
}

// press asks for some time over so many connections, each one question after the other;
// next gives the questions. The first failure ends it.
func press(ctx context.Context, address string, connections int, d time.Duration, next func() []byte) (sample, error) {
	clients := make([]*client, connections)
	for i := range clients {
		c, err := dial(ctx, address)
		if err != nil {
			return sample{}, err
		}
		defer func() { _ = c.conn.Close() }()
		clients[i] = c
	}
	samples, errs := make([]sample, connections), make([]error, connections)
	var done sync.WaitGroup
	began := time.Now()
	until := began.Add(d)
	for i, c := range clients {
		done.Go(func() { samples[i], errs[i] = c.press(ctx, until, next) })
	}
	done.Wait()
	var out sample
	for i := range samples {
		if errs[i] != nil {
			return sample{}, errs[i]
		}
		out.add(samples[i])
	}
	out.took = time.Since(began)
	return out, ctx.Err()
}

func (c *client) press(ctx context.Context, until time.Time, next func() []byte) (s sample, err error) {
	for ctx.Err() == nil {
		request := next()
		began := time.Now()
		if began.After(until) {
			break
		}
		size, err := c.ask(request, discard)
		if err != nil {
			return s, err
		}
		s.latencies = append(s.latencies, time.Since(began))
		s.bytes += size
	}
	return s, nil
}
