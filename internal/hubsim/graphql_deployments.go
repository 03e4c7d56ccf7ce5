package hubsim

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

func (d *deployment) gqlKey() string { return nodeID(nodeDeployment, d.repo.id, d.id) }

func (st *deploymentStatus) gqlKey() string { return nodeID("DES", st.deployment.repo.id, st.id) }

// gqlDeployments lists the deployments to some environments, or to all: the oldest first unless the order says
// otherwise.
func gqlDeployments(c *gqlCall, r *repo, args gqlArgs) (any, error) {
	if err := c.need(r, "deployments:read", false); err != nil {
		return nil, err
	}
	environments, some := args.strs("environments")
	out := gqlList{}
	for _, d := range r.git.deployments {
		if !some || len(environments) == 0 || slices.Contains(environments, d.environment) {
			out = append(out, d)
		}
	}
	if args.object("orderBy").str("direction") == "DESC" {
		slices.Reverse(out)
	}
	return out, nil
}

// deploymentPayload is text: the JSON that it was given.
func deploymentPayload(d *deployment) any {
	text := bytes.TrimSpace(d.payload)
	if len(text) == 0 || string(text) == "null" {
		return nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, text) != nil {
		return string(text)
	}
	return compact.String()
}

func gqlDeploymentFields() map[string]gqlResolver {
	out := fieldsOf("Deployment", map[string]gqlResolver{
		"id":                  of(func(_ *gqlCall, d *deployment) any { return d.gqlKey() }),
		"databaseId":          of(func(_ *gqlCall, d *deployment) any { return d.id }),
		"commit":              with(func(c *gqlCall, d *deployment, _ gqlArgs) (any, error) { return c.commit(d.repo, d.sha) }),
		"commitOid":           of(func(_ *gqlCall, d *deployment) any { return d.sha }),
		"createdAt":           of(func(_ *gqlCall, d *deployment) any { return gqlTime(d.createdAt) }),
		"updatedAt":           of(func(_ *gqlCall, d *deployment) any { return gqlTime(d.updatedAt) }),
		"creator":             of(func(_ *gqlCall, d *deployment) any { return gqlUser(d.creator) }),
		"description":         of(func(_ *gqlCall, d *deployment) any { return textOrNull(d.description) }),
		"environment":         of(func(_ *gqlCall, d *deployment) any { return d.environment }),
		"latestEnvironment":   of(func(_ *gqlCall, d *deployment) any { return d.environment }),
		"originalEnvironment": of(func(_ *gqlCall, d *deployment) any { return d.original }),
		"payload":             of(func(_ *gqlCall, d *deployment) any { return deploymentPayload(d) }),
		"ref": of(func(_ *gqlCall, d *deployment) any {
			for _, name := range []string{gitstore.HeadsPrefix + d.ref, gitstore.TagsPrefix + d.ref} {
				if ref, err := d.repo.code().Ref(name); err == nil {
					return gqlBranchRef{d.repo, ref}
				}
			}
			return nil
		}),
		"repository": of(func(_ *gqlCall, d *deployment) any { return d.repo }),
		"task":       of(func(_ *gqlCall, d *deployment) any { return d.task }),
		"latestStatus": of(func(_ *gqlCall, d *deployment) any {
			if n := len(d.statuses); n > 0 {
				return d.statuses[n-1]
			}
			return nil
		}),
		"statuses": of(func(_ *gqlCall, d *deployment) any {
			list := slices.Clone(d.statuses)
			slices.Reverse(list) // the newest first
			return listOf(list)
		}),
	})
	out["Repository.deployments"] = with(gqlDeployments)
	maps.Copy(out, fieldsOf("DeploymentStatus", map[string]gqlResolver{
		"id":             of(func(_ *gqlCall, st *deploymentStatus) any { return st.gqlKey() }),
		"createdAt":      of(func(_ *gqlCall, st *deploymentStatus) any { return gqlTime(st.createdAt) }),
		"updatedAt":      of(func(_ *gqlCall, st *deploymentStatus) any { return gqlTime(st.createdAt) }),
		"creator":        of(func(_ *gqlCall, st *deploymentStatus) any { return gqlUser(st.creator) }),
		"deployment":     of(func(_ *gqlCall, st *deploymentStatus) any { return st.deployment }),
		"description":    of(func(_ *gqlCall, st *deploymentStatus) any { return textOrNull(st.description) }),
		"environment":    of(func(_ *gqlCall, st *deploymentStatus) any { return st.environment }),
		"environmentUrl": of(func(_ *gqlCall, st *deploymentStatus) any { return textOrNull(st.environmentURL) }),
		"logUrl":         of(func(_ *gqlCall, st *deploymentStatus) any { return textOrNull(st.targetURL) }),
		"state":          of(func(_ *gqlCall, st *deploymentStatus) any { return strings.ToUpper(st.state) }),
	}))
	return out
}
