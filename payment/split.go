package payment

import "github.com/kartela/kartela/money"

// Split divides an amount over what remains of documents, the first first: each gets what
// remains of it or what is left, and the rest is credit. Amounts are minor units of one
// currency; none is negative.
func Split(amount money.Minor, remaining []money.Minor) (parts []money.Minor, credit money.Minor) {
	parts = make([]money.Minor, len(remaining))
	for i, r := range remaining {
		parts[i] = min(r, amount)
		amount -= parts[i]
	}
	return parts, amount
}
