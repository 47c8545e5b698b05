package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/kartela/kartela/internal/blob"
	"github.com/kartela/kartela/internal/db"
)

// checkFiles checks where files are to be kept.
func (c *config) checkFiles() error {
	switch c.Files {
	case "", "database", "disk":
		return nil
	}
	if rest, ok := strings.CutPrefix(c.Files, "s3://"); ok && rest != "" && rest[0] != '?' && rest[0] != '/' {
		return nil
	}
	return fmt.Errorf("KARTELA_FILES is %q: it is database, disk, or of the form s3://bucket?region=eu-central-1", c.Files)
}

// openFiles opens the store of files: of attachments, and of what is imported. What is kept in
// one is not found by a server that is set to another.
func openFiles(c *config, d *db.DB) (blob.Store, error) {
	switch c.Files {
	case "", "database":
		return blob.Database{DB: d}, nil
	case "disk":
		return blob.OpenFolder(filepath.Join(c.Data, "files"))
	}
	return blob.OpenBucket(context.Background(), c.Files)
}

// leftoversLast is how long bytes without an attachment are kept: no upload takes as long.
const leftoversLast = 24 * time.Hour
