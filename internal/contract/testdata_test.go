package contract_test

// tiny is a description in the shape of GitHub's: a multi-segment path, a webhook under x-webhooks.
const tiny = `{
  "openapi": "3.0.3", "info": {"title": "tiny", "version": "1"},
  "paths": {
    "/repos/{owner}/{repo}": {"get": {"parameters": [
        {"name": "owner", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "repo", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "per_page", "in": "query", "schema": {"type": "integer"}}],
      "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/repository"}}}}}}},
    "/repos/{owner}/{repo}/contents/{path}": {"get": {"parameters": [
        {"name": "owner", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "repo", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "path", "in": "path", "required": true, "schema": {"type": "string"}, "x-multi-segment": true}],
      "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}}},
    "/repos/{owner}/{repo}/issues": {"post": {"parameters": [
        {"name": "owner", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "repo", "in": "path", "required": true, "schema": {"type": "string"}}],
      "requestBody": {"required": true, "content": {"application/json": {"schema":
        {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}, "labels": {"type": "array", "items": {"type": "string"}}}}}}},
      "responses": {"201": {"description": "made", "content": {"application/json": {"schema": {"type": "object"}}}},
        "204": {"description": "nothing"}}}}
  },
  "components": {"schemas": {
    "repository": {"type": "object", "required": ["id", "name"], "properties": {
      "id": {"type": "integer"}, "name": {"type": "string"}, "pushed_at": {"type": "string", "format": "date-time", "nullable": true},
      "owner": {"anyOf": [{"type": "object", "properties": {"login": {"type": "string"}}}, {"type": "object", "properties": {"slug": {"type": "string"}}}]}}},
    "webhook-issues-opened": {"type": "object", "required": ["action", "issue"], "properties": {
      "action": {"type": "string", "enum": ["opened"]}, "issue": {"type": "object", "required": ["number"], "properties": {"number": {"type": "integer"}}}}}
  }},
  "x-webhooks": {"issues-opened": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/webhook-issues-opened"}}}}}}}
}`

// tinySchema defines a field twice, as a version of GitHub's does.
const tinySchema = `
scalar DateTime
type Query { viewer: User! user(login: String!): User }
type User { login: String! createdAt: DateTime! createdAt: DateTime! kind: Kind }
enum Kind { BOT PERSON }
`
