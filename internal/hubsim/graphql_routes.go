package hubsim

// addGraphQLRoutes adds POST /graphql. A schema that cannot be read is a mistake of the programmer and panics, as a
// route added twice does.
func (s *Server) addGraphQLRoutes() {
	engine, err := newGraphQL()
	if err != nil {
		panic("hubsim: " + err.Error())
	}
	s.handle("POST /graphql", access{signedIn: true}, func(r *request) (response, error) {
		return serveGraphQL(engine, s, r)
	})
}
