package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// config is what the environment says. Only this package reads it.
type config struct {
	Address  string `env:"KARTELA_ADDR" envDefault:"127.0.0.1:8080"` // where to listen
	Data     string `env:"KARTELA_DATA" envDefault:"data"`           // folder of the embedded database
	Database string `env:"DATABASE_URL"`                             // postgres://…; empty: the embedded database
	NATS     string `env:"NATS_URL"`                                 // nats://…; empty: processes tell each other by the database
	Files    string `env:"KARTELA_FILES" envDefault:"database"`      // where files are kept: database, disk, or s3://…
	URL      string `env:"KARTELA_URL"`                              // the page's public address, for links; empty: from Address
	SMTP     string `env:"KARTELA_SMTP_URL"`                         // smtp://user:password@host:port?from=…; empty: no mail
	VIES     string `env:"KARTELA_VIES_URL"`                         // of the EU's registry of VAT numbers; empty: the real one
	AADE     string `env:"KARTELA_AADE_URL"`                         // of the Greek business registry; empty: the real one

	NATSSubject string `env:"KARTELA_NATS_SUBJECT" envDefault:"kartela.live"` // one for each database

	Rates    string `env:"KARTELA_RATES"`     // whose exchange rates are fetched: ecb; empty: nobody's
	RatesURL string `env:"KARTELA_RATES_URL"` // the folder of the feed; empty: the real one

	SecretKey     string `env:"KARTELA_SECRET_KEY"`      // 32 bytes in base64, to seal secrets with
	SecretKeyFile string `env:"KARTELA_SECRET_KEY_FILE"` // a file that holds it
	SecretKeyOld  string `env:"KARTELA_SECRET_KEY_OLD"`  // the one before: what it sealed is sealed anew at the start

	Sandbox bool `env:"KARTELA_ALLOW_SANDBOX"` // lets businesses be paid in the sandbox, where no money moves
	Demo    bool `env:"-"`                     // with demonstration data: the command says so

	Origins []string       `env:"KARTELA_ORIGINS"`         // origins of other sites' pages that may use the API
	Proxies []netip.Prefix `env:"KARTELA_TRUSTED_PROXIES"` // whose X-Forwarded-For is believed

	Cost           int           `env:"KARTELA_MAX_COST" envDefault:"100000"`            // of one query
	Hashes         int           `env:"KARTELA_MAX_HASHES" envDefault:"4"`               // passwords hashed at a time, 19 MiB each
	Sockets        int           `env:"KARTELA_MAX_SOCKETS" envDefault:"20"`             // open sockets of one session
	AddressSockets int           `env:"KARTELA_MAX_ADDRESS_SOCKETS" envDefault:"500"`    // open sockets from one network address
	Operations     int           `env:"KARTELA_MAX_SOCKET_OPERATIONS" envDefault:"100"`  // at a time on one socket
	Message        int64         `env:"KARTELA_MAX_SOCKET_MESSAGE" envDefault:"1048576"` // bytes of what a socket is told
	SocketInit     time.Duration `env:"KARTELA_SOCKET_INIT" envDefault:"10s"`            // for connection_init to come
	SocketWrite    time.Duration `env:"KARTELA_SOCKET_WRITE" envDefault:"10s"`           // for a reader to take a message
	SocketPing     time.Duration `env:"KARTELA_SOCKET_PING" envDefault:"25s"`            // between two pings
	Drain          time.Duration `env:"KARTELA_DRAIN" envDefault:"10s"`                  // how long to wait for requests at the end
	LogFormat      string        `env:"KARTELA_LOG" envDefault:"text"`                   // text or json
}

// readConfig reads the environment and checks it as a whole.
func readConfig() (*config, error) {
	c, err := env.ParseAsWithOptions[config](env.Options{})
	if err != nil {
		return nil, fmt.Errorf("the environment: %w", err)
	}
	return &c, c.check()
}

func (c *config) check() error {
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		return fmt.Errorf("KARTELA_ADDR is %q: it is of the form 127.0.0.1:8080", c.Address)
	}
	if c.URL != "" {
		if err := isOrigin(c.URL); err != nil {
			return fmt.Errorf("KARTELA_URL is %q: %w", c.URL, err)
		}
	}
	for _, u := range []struct{ name, value string }{{"KARTELA_VIES_URL", c.VIES}, {"KARTELA_AADE_URL", c.AADE}, {"KARTELA_RATES_URL", c.RatesURL}} {
		if u.value != "" && !isWeb(u.value) {
			return fmt.Errorf("%s is %q: it is of the form https://registry.example.com/path", u.name, u.value)
		}
	}
	if c.Rates != "" && c.Rates != "ecb" {
		return fmt.Errorf("KARTELA_RATES is %q: it is ecb, or empty for no rates", c.Rates)
	}
	if !isSubject.MatchString(c.NATSSubject) {
		return fmt.Errorf("KARTELA_NATS_SUBJECT is %q: it is of the form kartela.live", c.NATSSubject)
	}
	for i, o := range c.Origins {
		o = strings.TrimSpace(o)
		if err := isOrigin(o); err != nil {
			return fmt.Errorf("KARTELA_ORIGINS has %q: %w", o, err)
		}
		c.Origins[i] = o
	}
	if err := c.checkFiles(); err != nil {
		return err
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return fmt.Errorf("KARTELA_LOG is %q: it is text or json", c.LogFormat)
	}
	for _, n := range []struct {
		name  string
		value int
	}{{"KARTELA_MAX_COST", c.Cost}, {"KARTELA_MAX_HASHES", c.Hashes}, {"KARTELA_MAX_SOCKETS", c.Sockets}, {"KARTELA_MAX_ADDRESS_SOCKETS", c.AddressSockets},
		{"KARTELA_MAX_SOCKET_OPERATIONS", c.Operations}} {
		if n.value < 1 {
			return fmt.Errorf("%s is %d: it is at least 1", n.name, n.value)
		}
	}
	if c.Message < 1<<10 {
		return fmt.Errorf("KARTELA_MAX_SOCKET_MESSAGE is %d: it is at least 1024 bytes", c.Message)
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"KARTELA_SOCKET_INIT", c.SocketInit}, {"KARTELA_SOCKET_WRITE", c.SocketWrite}, {"KARTELA_SOCKET_PING", c.SocketPing}} {
		if d.value < time.Second {
			return fmt.Errorf("%s is %s: it is at least 1s", d.name, d.value)
		}
	}
	return nil
}

var isSubject = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

func isOrigin(s string) error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("it is of the form https://books.example.com, without a slash at the end")
	}
	return nil
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.User == nil
}

// databaseURL is the database to open.
func (c *config) databaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "kartela.db")
}

// publicURL is the page's address for links, given where the server listens.
func (c *config) publicURL(listening net.Addr) string {
	if c.URL != "" {
		return c.URL
	}
	host, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return "http://" + c.Address
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
