// The first tab of a new visitor.
export const example = `# Kartela's API. Ctrl-Space completes, Ctrl-Enter runs the operation under the cursor,
# the book icon on the left opens the documentation of every field.
#
# To sign in, run SignIn below with an e-mail address and password of yours (the server
# prints those of the demonstration when it starts). This browser then keeps a session
# cookie, the same as the page's. Or put an API key in the Headers tab:
#   { "Authorization": "Bearer …" }

mutation SignIn {
  signIn(input: { email: "owner@demo.example", password: "" }) {
    viewer {
      side
      role
      organizationName
    }
  }
}

query Contacts {
  contacts(first: 10, filter: { role: CLIENT }) {
    nodes {
      id
      displayName
      balances {
        currency
        outstanding {
          amount
        }
        credit {
          amount
        }
        net {
          amount
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}

# Put the id of a contact in the Variables tab: { "id": "…" }. Every change of its
# balances arrives by itself.
subscription Balance($id: ID!) {
  balanceChanged(contactIds: [$id]) {
    balances {
      side
      currency
      net {
        amount
      }
      version
    }
  }
}
`;
