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
	each   int64 // bytes of RSS for each subscriber
	median time.Duration
	worst  time.Duration
	cpu    time.Duration // of the program for one message to one subscriber
}

func (r *report) print(w io.Writer, markdown bool) error {
	var b strings.Builder
	write := plainTable
	if markdown {
		write = markdownTable
	}
	write(&b, r.requests())
	b.WriteString("\n")
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

func (r *report) subscribers() [][]string {
	out := [][]string{{fmt.Sprintf("%d subscribers of one balance", followers), "memory each", "commit to the last, median", "worst", "CPU a message"}}
	for _, s := range r.sockets {
		out = append(out, []string{s.name, fmt.Sprintf("%.1f kB", float64(s.each)/1000), milliseconds(s.median), milliseconds(s.worst),
			fmt.Sprintf("%d µs", s.cpu.Microseconds())})
	}
	if len(r.sockets) == 2 {
		a, b := r.sockets[0], r.sockets[1]
		out = append(out, []string{"ratio", ratio(float64(a.each), float64(b.each)), ratio(float64(a.median), float64(b.median)),
			ratio(float64(a.worst), float64(b.worst)), ratio(float64(a.cpu), float64(b.cpu))})
	}
	return out
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
