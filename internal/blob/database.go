package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entblob "github.com/kartela/kartela/ent/blob"
	"github.com/kartela/kartela/internal/db"
)

// partSize is how many bytes a row holds. Only the last part of a file is shorter.
const partSize = 512 << 10

// Database keeps files in the table blobs, in parts. A part is a transaction of its own, so
// that a slow file does not hold the one writer of SQLite, and no more than a part is in
// memory.
type Database struct{ DB *db.DB }

var _ Store = Database{}

// Put keeps a file. A crash leaves the parts that were written: they are listed, as a file.
func (d Database) Put(ctx context.Context, key string, r io.Reader) (n int64, err error) {
	org, err := owner(ctx)
	if err != nil {
		return 0, err
	}
	if err := d.Delete(ctx, key); err != nil {
		return 0, err
	}
	defer func() {
		if err != nil { // what ended the request does not end the tidying
			err = errors.Join(err, d.Delete(context.WithoutCancel(ctx), key))
		}
	}()
	part := make([]byte, partSize)
	for i := 0; ; i++ {
		size, err := io.ReadFull(r, part)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return n, fmt.Errorf("blob: keep a file: %w", err)
		}
		if size > 0 || i == 0 { // an empty file has one empty part
			if err := d.write(ctx, org, key, i, part[:size]); err != nil {
				return n, err
			}
		}
		if n += int64(size); last {
			return n, nil
		}
	}
}

func (d Database) write(ctx context.Context, org uuid.UUID, key string, part int, data []byte) error {
	err := db.InTx(ctx, d.DB, func(ctx context.Context, tx *ent.Tx) error {
		return tx.Blob.Create().SetOrganizationID(org).SetKey(key).SetPart(part).SetData(data).Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("blob: keep a part of a file: %w", err)
	}
	return nil
}

// Open reads a file part by part.
func (d Database) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	org, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	var found []struct {
		Parts int   `json:"parts"`
		Size  int64 `json:"size"`
	}
	err = d.DB.Blob.Query().Where(entblob.OrganizationID(org), entblob.Key(key)).Modify(func(s *sql.Selector) {
		s.Select().AppendSelectAs(sql.Count("*"), "parts").
			AppendSelectExprAs(sql.ExprFunc(func(b *sql.Builder) {
				b.WriteString("CAST(COALESCE(SUM(LENGTH(").Ident(s.C(entblob.FieldData)).WriteString(")), 0) AS BIGINT)")
			}), "size")
	}).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("blob: open a file: %w", err)
	}
	if len(found) == 0 || found[0].Parts == 0 {
		return nil, notFound()
	}
	return &parts{ctx: ctx, store: d, org: org, key: key, size: found[0].Size, part: -1}, nil
}

// Delete forgets all parts at once.
func (d Database) Delete(ctx context.Context, key string) error {
	org, err := owner(ctx)
	if err != nil {
		return err
	}
	err = db.InTx(ctx, d.DB, func(ctx context.Context, tx *ent.Tx) error {
		_, err := tx.Blob.Delete().Where(entblob.OrganizationID(org), entblob.Key(key)).Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("blob: delete a file: %w", err)
	}
	return nil
}

// List reads the first parts, in the order of the keys.
func (d Database) List(ctx context.Context, prefix string, before time.Time, f func(keys []string) error) error {
	org, err := owner(ctx)
	if err != nil {
		return err
	}
	for after := ""; ; {
		keys, err := d.DB.Blob.Query().Where(entblob.OrganizationID(org), entblob.Part(0), entblob.KeyHasPrefix(prefix),
			entblob.CreatedAtLT(before), entblob.KeyGT(after)).
			Order(entblob.ByKey()).Limit(listed).Select(entblob.FieldKey).Strings(ctx)
		if err != nil {
			return fmt.Errorf("blob: list files: %w", err)
		}
		if len(keys) == 0 {
			return nil
		}
		if err := f(keys); err != nil {
			return err
		}
		after = keys[len(keys)-1]
	}
}

// parts reads a file of the table; only the part that is being read is in memory.
type parts struct {
	ctx   context.Context //nolint:containedctx // a reader has no other way to be told
	store Database
	org   uuid.UUID
	key   string
	size  int64
	at    int64 // the next byte
	part  int   // of data; -1: none yet
	data  []byte
}

func (p *parts) Read(to []byte) (int, error) {
	if p.at >= p.size {
		return 0, io.EOF
	}
	if want := int(p.at / partSize); want != p.part {
		row, err := p.store.DB.Blob.Query().Where(entblob.OrganizationID(p.org), entblob.Key(p.key), entblob.Part(want)).Only(p.ctx)
		if err != nil {
			return 0, fmt.Errorf("blob: read a part of a file: %w", err)
		}
		p.part, p.data = want, row.Data
	}
	rest := p.at % partSize
	if rest >= int64(len(p.data)) { // it was written anew meanwhile
		return 0, fmt.Errorf("blob: read a file: %w", io.ErrUnexpectedEOF)
	}
	n := copy(to, p.data[rest:])
	p.at += int64(n)
	return n, nil
}

func (p *parts) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.at
	case io.SeekEnd:
		offset += p.size
	}
	if offset < 0 {
		return 0, errSeek
	}
	p.at = offset
	return offset, nil
}

func (p *parts) Close() error { return nil }
