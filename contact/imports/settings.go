package imports

import (
	"encoding/json"
	"fmt"

	"github.com/kartela/kartela/ent"
)

// Encoding is how the text of a file is encoded.
type Encoding string

// The encodings.
const (
	UTF8        Encoding = "UTF_8"
	UTF16       Encoding = "UTF_16"
	Windows1253 Encoding = "WINDOWS_1253"
)

// Match is what a row is matched with contacts by.
type Match string

// The matches.
const (
	ByCustomID  Match = "CUSTOM_ID"
	ByVATNumber Match = "VAT_NUMBER"
	ByEmail     Match = "EMAIL"
)

// Existing is what is done with a row whose contact is here already.
type Existing string

// What is done with it.
const (
	Skip   Existing = "SKIP"
	Update Existing = "UPDATE"
)

// The types of files.
const (
	csvFile   = "csv"
	excelFile = "xlsx"
)

// Settings are how a file is read, what its columns mean, and how contacts are matched. They
// are kept as JSON.
type Settings struct {
	Format                 string
	FileType               string
	Encoding               *Encoding
	Separator              string
	Sheets                 []string
	Sheet                  string
	HeaderRow              int // the line on which it begins; of a sheet its row
	Columns                []*Column
	MatchBy                []Match
	Existing               Existing
	AsClients, AsSuppliers bool
}

// Column is a column of the file.
type Column struct {
	Index   int
	Header  string
	Field   *string // nil: not used
	Guessed bool
}

// PreviewRow is a row of a preview.
type PreviewRow struct {
	Line  int
	Cells []string
}

// Step is what is done with a file.
type Step string

// The steps.
const (
	Checking Step = "check"
	Running  Step = "run"
	Undoing  Step = "undo"
)

// kept is what an import's column settings holds.
type kept struct {
	Settings
	Rows []*PreviewRow // the beginning of the file
	Step Step          // that was begun last; "" for none
	Gone bool          // the file is
}

func unpack(row *ent.ContactImport) (*kept, error) {
	k := &kept{}
	if err := json.Unmarshal(row.Settings, k); err != nil {
		return nil, fmt.Errorf("imports: the settings of %s: %w", row.ID, err)
	}
	return k, nil
}

func (k *kept) pack() (json.RawMessage, error) {
	raw, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("imports: keep settings: %w", err)
	}
	return raw, nil
}
