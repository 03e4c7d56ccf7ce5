package hubsim

// addRoutes adds every route of the interface, file by file.
func (s *Server) addRoutes() {
	s.addRootRoutes()
	s.addIssueRoutes()
	s.addLabelRoutes()
	s.addCommentRoutes()
	s.addReactionRoutes()
	s.addEventRoutes()
	s.addSubIssueRoutes()
	s.addUserRoutes()
	s.addOrgRoutes()
	s.addRepoRoutes()
	s.addProtectionRoutes()
	s.addAppRoutes()
	s.addHookRoutes()
	s.addSearchRoutes()
	s.addPullRoutes()
	s.addCheckRoutes()
	s.addGraphQLRoutes()
}
