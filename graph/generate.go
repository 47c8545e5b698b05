// Package graph answers the API: thin resolvers that translate, and the one place where
// failures become GraphQL errors. What may be done, and by whom, is the domain's.
package graph

//go:generate go tool gqlgen generate
