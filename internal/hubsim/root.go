package hubsim

func (s *Server) addRootRoutes() {
	s.handle("GET /meta", access{}, func(*request) (response, error) {
		return ok(obj{"verifiable_password_authentication": false}), nil
	})
	s.handle("GET /zen", access{}, func(*request) (response, error) {
		return response{raw: []byte("It's not fully shipped until it's fast."), contentType: "text/plain; charset=utf-8"}, nil
	})
	s.handle("GET /rate_limit", access{}, s.getRateLimit)
}

func (s *Server) getRateLimit(r *request) (response, error) {
	limit := func(resource string) obj {
		w := s.window(r.actor, resource)
		return obj{"limit": s.opt.RateLimit, "remaining": s.opt.RateLimit - w.used, "reset": w.reset.Unix(), "used": w.used}
	}
	core := limit(limitCore)
	return ok(obj{"resources": obj{
		"core": core, "search": core, "graphql": limit(limitGraphQL), "integration_manifest": core,
	}, "rate": core}), nil
}
