package checks

import "github.com/phasegate/phasegate/internal/lifecycle"

// Asked lists the rows of the tables with the profiles that ask for each.
func Asked() map[string][]lifecycle.Risk {
	asked := map[string][]lifecycle.Risk{}
	list(asked, designRules)
	list(asked, developmentRules)
	list(asked, deploymentRules)
	return asked
}

func list[F any](asked map[string][]lifecycle.Risk, rules []rule[F]) {
	for _, r := range rules {
		asked[r.artefact] = r.profiles
	}
}
