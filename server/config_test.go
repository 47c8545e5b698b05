package main

import (
	"strings"
	"testing"
	"time"

	"github.com/kartela/kartela/internal/dbtest"
)

// What the environment says of sockets is what they have; nonsense is refused by its name.
func TestTheEnvironmentLimitsSockets(t *testing.T) {
	c, err := readConfig()
	if err != nil {
		t.Fatal(err)
	}
	usual := newAppOf(t, c).sockets.config
	if usual.MaxOperations != 100 || usual.MaxMessage != 1<<20 || usual.MaxSockets != 20 || usual.MaxSocketsPerAddress != 500 ||
		usual.InitTimeout != 10*time.Second || usual.WriteTimeout != 10*time.Second || usual.PingInterval != 25*time.Second {
		t.Errorf("without a word they have %+v", usual)
	}
	for name, value := range map[string]string{"MAX_SOCKET_OPERATIONS": "7", "MAX_SOCKET_MESSAGE": "2048", "MAX_SOCKETS": "3", "MAX_ADDRESS_SOCKETS": "4",
		"SOCKET_INIT": "2s", "SOCKET_WRITE": "3s", "SOCKET_PING": "4s"} {
		t.Setenv("KARTELA_"+name, value)
	}
	if c, err = readConfig(); err != nil {
		t.Fatal(err)
	}
	told := newAppOf(t, c).sockets.config
	if told.MaxOperations != 7 || told.MaxMessage != 2048 || told.MaxSockets != 3 || told.MaxSocketsPerAddress != 4 ||
		told.InitTimeout != 2*time.Second || told.WriteTimeout != 3*time.Second || told.PingInterval != 4*time.Second {
		t.Errorf("they have %+v", told)
	}
	for name, value := range map[string]string{"KARTELA_MAX_SOCKET_OPERATIONS": "0", "KARTELA_MAX_SOCKET_MESSAGE": "10", "KARTELA_SOCKET_WRITE": "1ms", "KARTELA_SOCKET_PING": "x"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			if _, err := readConfig(); err == nil || !strings.Contains(err.Error(), name) && value != "x" {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		})
	}
}

func newAppOf(t *testing.T, c *config) *app {
	t.Helper()
	a, err := newApp(c, dbtest.SQLite(t), "http://127.0.0.1", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
