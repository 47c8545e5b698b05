package account

// Secrets seals what must not be read from the database alone; see package secret.
type Secrets interface {
	Seal(plain []byte, place string) ([]byte, error)
	Open(sealed []byte, place string) (plain []byte, old bool, err error)
}
