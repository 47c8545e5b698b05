package graph

import (
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/viewer"
)

// followed are the subscriptions that hand over a source. Of those that follow an organization
// as a whole, what a viewer sees depends on the contacts that are restricted to named users.
var followed = map[string]struct{ whole bool }{
	"balanceChanged": {}, "documentChanged": {}, "messageAdded": {}, "contactImportProgress": {}, "timerChanged": {}, "jobChanged": {},
	"portalBalanceChanged": {}, "portalDocumentChanged": {}, "portalMessageAdded": {}, "portalOnlinePaymentChanged": {},
	"noticeAdded": {whole: true}, "organizationTotalsChanged": {whole: true},
}

// impersonal are the types, within a result of those, that are the same for all who have the same
// rights, whoever they are.
var impersonal = map[string]bool{
	"Balance": true, "PortalBalance": true, "CurrencyTotals": true, "JobFailure": true, "Money": true, "Tax": true,
	"DocumentLine": true, "DocumentAdjustment": true, "DocumentTax": true, "PortalInvoiceLine": true,
}

// Share gives, for a subscription whose results may be shared, the viewers who stand for all whose
// results are the same, to be tried one after the other until one may see what is followed: all of
// the same organization, role and contacts of the portal, nobody in person; and the person, in all
// of their sessions.
func Share(v viewer.Viewer, op *ast.OperationDefinition) []viewer.Viewer {
	if op.Operation != ast.Subscription || len(op.SelectionSet) != 1 {
		return nil
	}
	field, ok := op.SelectionSet[0].(*ast.Field)
	if !ok {
		return nil
	}
	follows, ok := followed[field.Name]
	if !ok {
		return nil
	}
	person := v
	person.Session = uuid.Nil
	whole := follows.whole || field.Name == "balanceChanged" && field.Arguments.ForName("contactIds") == nil
	if whole && !v.Role.May(viewer.ManageStaff) || !plain(field.SelectionSet) {
		return []viewer.Viewer{person}
	}
	all := person
	all.User, all.APIKey = uuid.Nil, uuid.Nil
	return []viewer.Viewer{all, person}
}

// plain says whether all that is selected, below a thing itself, is impersonal.
func plain(selected ast.SelectionSet) bool {
	for _, s := range selected {
		switch s := s.(type) {
		case *ast.InlineFragment:
			if !plain(s.SelectionSet) {
				return false
			}
		case *ast.FragmentSpread:
			if s.Definition == nil || !plain(s.Definition.SelectionSet) {
				return false
			}
		case *ast.Field:
			if len(s.SelectionSet) > 0 && (!impersonal[s.Definition.Type.Name()] || !plain(s.SelectionSet)) {
				return false
			}
		}
	}
	return true
}
