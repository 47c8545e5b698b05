package graph

import (
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/viewer"
)

// impersonal are the subscriptions whose results depend on what a viewer may see, and not on who
// it is: all that is selected of their types is plain data.
var impersonal = map[string]bool{"balanceChanged": true, "portalBalanceChanged": true}

// Share gives, for a subscription whose results may be shared, the viewer who stands for all
// whose results are the same: of the same organization, role, and contacts of the portal, and
// nobody in person.
func Share(v viewer.Viewer, op *ast.OperationDefinition) (viewer.Viewer, bool) {
	if op.Operation != ast.Subscription || len(op.SelectionSet) != 1 {
		return v, false
	}
	field, ok := op.SelectionSet[0].(*ast.Field)
	if !ok || !impersonal[field.Name] {
		return v, false
	}
	v.User, v.APIKey, v.Session = uuid.Nil, uuid.Nil, uuid.Nil
	return v, true
}
