package main

import "strings"

// fillProjects makes a project with one of everything.
func (c *tenant) fillProjects() {
	c.t.Helper()
	made := c.do(`mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id tasks { id } } } }`, vars{"input": vars{
		"contactId": c.ids["contact"], "name": "Work", "billing": "PROJECT_RATE", "rate": "10", "tasks": []vars{{"name": "Task"}}}}).at("createProject.project")
	c.ids["work"], c.ids["task"] = made.at("id").text(), made.at("tasks.0.id").text()
	c.ids["fee"] = c.do(`mutation($input: AddProjectFeeInput!) { addProjectFee(input: $input) { fee { id } } }`,
		vars{"input": vars{"projectId": c.ids["work"], "title": "Fee", "unitPrice": "5"}}).at("addProjectFee.fee.id").text()
	c.ids["entry"] = c.do(`mutation($input: LogTimeInput!) { logTime(input: $input) { entry { id } } }`,
		vars{"input": vars{"projectId": c.ids["work"], "seconds": 60}}).at("logTime.entry.id").text()
}

// projectArguments are good ones for fields about projects and time; nil for others.
func (c *tenant) projectArguments(field string) vars {
	input := func(v vars) vars { return vars{"input": v} }
	parts := vars{"contactId": c.ids["contact"], "name": "New", "billing": "FIXED", "tasks": []any{map[string]any{"name": "A"}},
		"members": []any{map[string]any{"userId": c.ids["member"]}}}
	switch field {
	case "project":
		return vars{"id": c.ids["work"]}
	case "projects":
		return vars{"filter": vars{}, "orderBy": "NAME"}
	case "timeEntries", "timeSummary":
		return vars{"filter": vars{}}
	case "unbilled":
		return vars{}
	case "timeSheet":
		return vars{"week": "2026-06-15"}
	case "createProject":
		return input(parts)
	case "updateProject":
		delete(parts, "contactId")
		parts["id"], parts["version"] = c.ids["work"], 1
		return input(parts)
	case "archiveProject", "restoreProject", "deleteProject":
		return input(vars{"id": c.ids["work"]})
	case "addProjectFee":
		return input(vars{"projectId": c.ids["work"], "title": "A", "unitPrice": "1"})
	case "updateProjectFee":
		return input(vars{"id": c.ids["fee"], "version": 1})
	case "deleteProjectFee":
		return input(vars{"id": c.ids["fee"]})
	case "logTime":
		return input(vars{"projectId": c.ids["work"], "seconds": 60})
	case "updateTimeEntry":
		return input(vars{"id": c.ids["entry"], "version": 1})
	case "deleteTimeEntry":
		return input(vars{"id": c.ids["entry"]})
	case "startTimer":
		return input(vars{"projectId": c.ids["work"]})
	case "stopTimer":
		return input(vars{})
	case "saveTimeSheet":
		return input(vars{"cells": []any{map[string]any{"projectId": c.ids["work"], "date": "2026-06-15", "was": 0, "seconds": 60}}})
	case "billProjects":
		return input(vars{"projectIds": []any{c.ids["work"]}, "groupBy": "TASK"})
	case "markBilled", "markUnbilled":
		return input(vars{"itemIds": []any{c.ids["entry"]}})
	}
	return nil
}

// projectKinds say what an id in an argument about projects or time is of; nil for others.
func projectKinds(path string) []string {
	field, _, _ := strings.Cut(path, ".")
	switch {
	case (&tenant{ids: map[string]string{}}).projectArguments(field) == nil:
		return nil
	case strings.HasSuffix(path, "projectId"), strings.HasSuffix(path, "projectIds"), strings.HasSuffix(field, "Project") && strings.HasSuffix(path, "input.id"), path == "project.id":
		return []string{"work"}
	case strings.HasSuffix(path, "taskId"), strings.HasSuffix(path, "tasks.id"):
		return []string{"task"}
	case strings.HasSuffix(path, "userId"), strings.HasSuffix(path, "assigneeId"):
		return []string{"member"}
	case strings.HasSuffix(path, "itemIds"):
		return []string{"entry", "fee"}
	case strings.HasSuffix(field, "ProjectFee"):
		return []string{"fee"}
	case strings.HasSuffix(field, "TimeEntry"):
		return []string{"entry"}
	}
	return nil
}

// openToKeepers are fields that answer who keeps time alone, with their own alone.
var openToKeepers = map[string]bool{"organization": true, "projects": true, "timeEntries": true, "timeSummary": true, "timer": true, "timeSheet": true, "stopTimer": true}
