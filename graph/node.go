package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/graph/bind"
)

// Node finds an object of any type by its id: a statement for each type that has nodes,
// until one has it. Ids are unique over all types.
func (q query) Node(ctx context.Context, id uuid.UUID) (bind.Node, error) {
	for _, find := range []func() (bind.Node, error){
		func() (bind.Node, error) { return q.Contact(ctx, id) },
		func() (bind.Node, error) { return q.Document(ctx, id) },
		func() (bind.Node, error) { return q.Payment(ctx, id) },
		func() (bind.Node, error) { return q.Project(ctx, id) },
		func() (bind.Node, error) { return q.Organization(ctx) },
	} {
		n, err := find()
		switch {
		case err == nil:
			if org, ok := n.(*bind.Organization); ok && org.ID != id {
				continue
			}
			return n, nil
		case fault.IsCode(err, fault.NotFound), fault.IsCode(err, fault.Forbidden):
			continue
		}
		return nil, err
	}
	return nil, fault.New(fault.NotFound, "id", "There is no such object.")
}
