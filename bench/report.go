package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// report is everything that was measured.
type report struct {
	machine string
	tasks   []taskReport
	sockets []socketReport
}

type taskReport struct {
	task
	programs [2]*figures // Kartela, hand-written
}

type socketReport struct {
	name   string
	each   int64         // bytes of RSS for each idle subscriber with a balance of its own
	own    sample        // from the commit to the subscriber with a balance of its own, under load
	rate   float64       // pushes a second meanwhile
	median time.Duration // from the commit to the last of those who follow the same
	worst  time.Duration
	cpu    time.Duration // of the program for one message to one of those who follow the same
}

func (r *report) print(w io.Writer, markdown bool) error {
	var b strings.Builder
	write := plainTable
	if markdown {
		write = markdownTable
	}
	if len(r.tasks) > 0 {
		write(&b, r.requests())
		b.WriteString("\n")
	}
	write(&b, r.subscribers())
	fmt.Fprintf(&b, "\nMeasured on %s. Connections: %d that read, %d that write. Both programs are asked in turns and collect garbage alike (GOGC=200). "+
		"The hand-written one has no row-level security, no row rules, no limits on requests and one fixed shape of answer; it records a payment in one round trip. "+
		"CPU is user and kernel time of the program's process; the database's is that of its processes for the connections.\n",
		r.machine, readers, writers)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *report) requests() [][]string {
	out := [][]string{{"task", "program", "requests/s", "CPU each", "database CPU each", "p50", "p99", "bytes"}}
	for _, t := range r.tasks {
		a, b := t.programs[0], t.programs[1]
		out = append(out, row(t.name, "Kartela", a), row("", "hand-written", b), []string{"", "ratio",
			ratio(a.perSecond(), b.perSecond()), ratio(float64(a.cpuEach()), float64(b.cpuEach())),
			ratio(float64(a.databaseEach()), float64(b.databaseEach())), ratio(float64(a.percentile(50)), float64(b.percentile(50))),
			ratio(float64(a.percentile(99)), float64(b.percentile(99))), ratio(float64(a.bytes)*float64(b.count()), float64(b.bytes)*float64(a.count()))})
	}
	return out
}

func row(task, program string, f *figures) []string {
	database := "?"
	if f.database > 0 {
		database = milliseconds(f.databaseEach())
	}
	return []string{task, program, fmt.Sprintf("%.0f", f.perSecond()), milliseconds(f.cpuEach()), database,
		milliseconds(f.percentile(50)), milliseconds(f.percentile(99)), fmt.Sprint(f.bytes / int64(max(1, f.count())))}
}

// What is to be reached by Kartela's server.
const (
	goalEach   = 10_000 // bytes
	goalMedian = 100 * time.Millisecond
	goalOwn    = 50 * time.Millisecond // 99 of 100
)

func (r *report) subscribers() [][]string {
	out := [][]string{{fmt.Sprintf("%d subscribers", followers), "memory each, idle", "own balance, changes/s", "commit to subscriber, p50", "p99",
		"one balance, commit to the last, median", "worst", "CPU a message"}}
	for i := range r.sockets {
		s := &r.sockets[i]
		out = append(out, []string{s.name, fmt.Sprintf("%.1f kB", float64(s.each)/1000), fmt.Sprintf("%.0f", s.rate), milliseconds(s.own.percentile(50)),
			milliseconds(s.own.percentile(99)), milliseconds(s.median), milliseconds(s.worst), fmt.Sprintf("%.1f µs", float64(s.cpu.Nanoseconds())/1000)})
	}
	if len(r.sockets) == 2 {
		a, b := &r.sockets[0], &r.sockets[1]
		out = append(out, []string{"ratio", ratio(float64(a.each), float64(b.each)), ratio(a.rate, b.rate), ratio(float64(a.own.percentile(50)), float64(b.own.percentile(50))),
			ratio(float64(a.own.percentile(99)), float64(b.own.percentile(99))), ratio(float64(a.median), float64(b.median)),
			ratio(float64(a.worst), float64(b.worst)), ratio(float64(a.cpu), float64(b.cpu))})
		out = append(out, []string{"goal", kept(a.each <= goalEach, "≤ 10 kB"), "500", "", kept(a.own.percentile(99) <= goalOwn, "≤ 50 ms"),
			kept(a.median <= goalMedian, "≤ 100 ms"), "", ""})
	}
	return out
}

// kept says whether a goal is.
func kept(is bool, goal string) string {
	if is {
		return goal + ": yes"
	}
	return goal + ": no"
}

func ratio(a, b float64) string {
	if a <= 0 || b <= 0 {
		return "?"
	}
	return fmt.Sprintf("%.2f", a/b)
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

func markdownTable(b *strings.Builder, rows [][]string) {
	for i, r := range rows {
		b.WriteString("| " + strings.Join(r, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", 2) + strings.Repeat("|---:", len(r)-2) + "|\n")
		}
	}
}

func plainTable(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, r := range rows {
		for i, cell := range r {
			fmt.Fprintf(b, "%-*s  ", widths[i], cell)
		}
		b.WriteString("\n")
	}
}
