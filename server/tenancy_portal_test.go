package main

// fillPortal has a customer write to the business, which is told.
func (c *tenant) fillPortal(name string) {
	c.t.Helper()
	c.customer(c.ids["contact"], "writer@"+name+".example").do(`mutation { sendPortalMessage(input: { body: "Hello" }) { message { id } } }`, nil)
	c.ids["notice"] = c.do(`{ notices { nodes { id } } }`, nil).at("notices.nodes.0.id").text()
}

// forCustomers are fields that staff have no use for.
var forCustomers = map[string]bool{"acceptPortalEstimate": true, "rejectPortalEstimate": true, "sendPortalMessage": true, "markPortalMessagesSeen": true,
	"updatePortalSettings": true}

// portalArguments are good ones for each field of messages and notices that takes an id.
func (c *tenant) portalArguments(field string) vars {
	switch field {
	case "sendMessage":
		return vars{"input": vars{"contactId": c.ids["contact"], "documentId": c.ids["invoice"], "body": "Hello"}}
	case "markMessagesSeen":
		return vars{"input": vars{"contactId": c.ids["contact"]}}
	case "previewPortal":
		return vars{"input": vars{"contactId": c.ids["contact"]}}
	case "markNoticesSeen":
		return vars{"input": vars{"ids": []any{c.ids["notice"]}}}
	case "acceptPortalEstimate", "rejectPortalEstimate":
		return vars{"input": vars{"id": c.ids["invoice"]}}
	case "sendPortalMessage":
		return vars{"input": vars{"contactId": c.ids["contact"], "documentId": c.ids["invoice"], "body": "Hello"}}
	case "markPortalMessagesSeen":
		return vars{"input": vars{"contactId": c.ids["contact"]}}
	case "messageAdded", "portalMessageAdded":
		return vars{"contactId": c.ids["contact"]}
	}
	return nil
}
