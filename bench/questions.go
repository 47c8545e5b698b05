package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// program is one of the two that are compared.
type program struct {
	name     string
	process  *process
	database string
	page     []byte                // the request for the contact page
	payment  func(t target) []byte // the request to record a payment
}

const pageQuery = `query ContactPage {
  contacts(first: 50) {
    nodes {
      id displayName profession vatNumber isClient isSupplier archivedAt
      balances { side currency outstanding { amount currency } credit { amount currency } net { amount currency } version updatedAt }
      documents(first: 5) {
        nodes {
          id number status date dueDate paidState isOverdue total { amount currency } remaining { amount currency }
          lines { id title quantity unit unitPrice net { amount currency } }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`

const paymentMutation = `mutation Record($input: RecordPaymentInput!) {
  recordPayment(input: $input) {
    payment {
      id status date method reference amount { amount currency } allocated { amount currency } credit { amount currency } createdAt version
    }
    balances { side currency outstanding { amount currency } credit { amount currency } net { amount currency } version updatedAt }
  }
}`

// paid is the amount of every payment.
const paid = "0.01"

func today() string { return time.Now().UTC().Format(time.DateOnly) }

// ofKartela are the requests to Kartela's server.
func ofKartela(p *process, database string) *program {
	head, date := marshal(paymentMutation), today()
	return &program{"Kartela", p, database, post(p.address, "/graphql", `{"query":`+marshal(pageQuery)+`}`),
		func(t target) []byte {
			return post(p.address, "/graphql", fmt.Sprintf(`{"query":%s,"variables":{"input":{"contactId":"%s","amount":"%s","currency":"EUR","date":"%s","reference":"bench","allocations":[{"documentId":"%s","amount":"%s"}]}}}`,
				head, t.contact, paid, date, t.document, paid))
		}}
}

// ofHandWritten are the requests to the hand-written one.
func ofHandWritten(p *process, database string) *program {
	date := today()
	return &program{"hand-written", p, database, []byte("GET /contacts?first=50 HTTP/1.1\r\nHost: " + p.address + "\r\nAuthorization: Bearer " + token + "\r\n\r\n"),
		func(t target) []byte {
			return post(p.address, "/payments", fmt.Sprintf(`{"contactId":"%s","documentId":"%s","amount":"%s","currency":"EUR","date":"%s","reference":"bench"}`,
				t.contact, t.document, paid, date))
		}}
}

func post(address, path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, address, token, len(body), body)
}

func marshal(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return string(raw)
}

// payments gives a request to record a payment on each target in turn.
func (p *program) payments(targets []target) func() []byte {
	var n atomic.Int64
	return func() []byte { return p.payment(targets[int(n.Add(1)-1)%len(targets)]) }
}

// pages gives the request for the contact page.
func (p *program) pages() []byte { return p.page }

// plain is an answer as values, without what differs between two runs of the same: the ids
// and times of what was made just now.
func plain(answer []byte, made ...string) (any, error) {
	var out any
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, fmt.Errorf("the answer %.200q: %w", answer, err)
	}
	return without(out, made, ""), nil
}

func without(v any, made []string, path string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, field := range v {
			at := strings.TrimPrefix(path+"."+k, ".")
			v[k] = without(field, made, at)
			for _, m := range made {
				if m == at {
					v[k] = "…"
				}
			}
		}
	case []any:
		for i := range v {
			v[i] = without(v[i], made, path)
		}
	}
	return v
}
