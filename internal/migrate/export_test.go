package migrate

// Globs is what a regular expression of paths becomes; nil when it cannot be written as globs.
func Globs(pattern string) []string {
	globs, ok := globsOf(pattern)
	if !ok {
		return nil
	}
	return globs
}
