package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/registry/aade"
	"github.com/kartela/kartela/internal/registry/vies"
	"github.com/kartela/kartela/internal/secret"
)

// newRegistries wires the tax registries, and the key that their passwords are sealed with.
func newRegistries(c *config, d *db.DB, contacts *contact.Service, now func() time.Time) (*taxid.Service, error) {
	s := &taxid.Service{DB: d, Contacts: contacts, Now: now,
		VIES: &taxid.Patient{Registry: vies.New(c.VIES), Now: now},
		AADE: &taxid.Patient{Registry: aade.New(c.AADE, now), Now: now}}
	box, err := c.secrets()
	if box != nil {
		s.Secrets = box // a nil *secret.Box would be a Secrets that is not nil
	}
	return s, err
}

// secrets makes the box of the server's keys; nil when there is none. Beside the embedded
// database a key is made at the first start.
func (c *config) secrets() (*secret.Box, error) {
	present, err := c.presentKey()
	if err != nil || present == nil {
		return nil, err
	}
	if c.SecretKeyOld == "" {
		return secret.New(present)
	}
	old, err := secret.ParseKey(c.SecretKeyOld)
	if err != nil {
		return nil, fmt.Errorf("KARTELA_SECRET_KEY_OLD: %w", err)
	}
	return secret.New(present, old)
}

func (c *config) presentKey() ([]byte, error) {
	switch {
	case c.SecretKey != "" && c.SecretKeyFile != "":
		return nil, errors.New("KARTELA_SECRET_KEY and KARTELA_SECRET_KEY_FILE are both set: set one")
	case c.SecretKey != "":
		key, err := secret.ParseKey(c.SecretKey)
		if err != nil {
			return nil, fmt.Errorf("KARTELA_SECRET_KEY: %w", err)
		}
		return key, nil
	case c.SecretKeyFile != "":
		key, err := readKey(c.SecretKeyFile)
		if err != nil {
			return nil, fmt.Errorf("KARTELA_SECRET_KEY_FILE: %w", err)
		}
		return key, nil
	case c.Database != "" || c.Data == "":
		return nil, nil // no key is a good case: nothing secret is kept
	}
	path := filepath.Join(c.Data, "secret.key")
	if err := makeKey(path); err != nil {
		return nil, fmt.Errorf("make %s: %w", path, err)
	}
	key, err := readKey(path)
	if err != nil {
		return nil, fmt.Errorf("the key in KARTELA_DATA: %w", err)
	}
	return key, nil
}

func readKey(path string) ([]byte, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // whoever runs the server says which file
	if err != nil {
		return nil, err
	}
	key, err := secret.ParseKey(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// makeKey writes a new key that only the server's user may read, unless there is one. It
// appears whole: the file is written beside its place first.
func makeKey(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".secret.key-") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(secret.NewKey() + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
