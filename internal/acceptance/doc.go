// Package acceptance holds the acceptance tests of the product as a whole: people act on the simulated
// GitHub through HTTP, as the story of a churn project tells, and what Phasegate does in answer is read
// back through HTTP and compared with what the story expects, effect by effect, in both languages.
//
// Nothing of the product is called here but the one function that starts it; its vocabulary (kinds,
// form headings, labels) is used to write what people write. How it is put together:
//
//   - product_test.go starts the system under test; it is the only file that knows how.
//   - people_test.go sends people's requests, moves the clock and waits until nothing is left to do.
//   - state_test.go reads what stands on GitHub, and says how two moments differ.
//   - reading_test.go shows a comment as a reader sees it, and whom it mentions.
//   - app_test.go and meetings_test.go write in the App's name what the product does not do yet: metric
//     reports, review meetings and the labels that those put on. It counts as the bot's.
//   - cast_test.go, forms_test.go and story_test.go are the story: people, texts, and ten weeks in five
//     chapters; rows_*_test.go are what people do in each row.
//   - expected_test.go reads testdata/scenario.json: which effects each row must have, and how it ends.
//     What metric reports say of pull requests is judged once judgesMetrics says so.
//   - pulls_*_test.go are pull requests beyond the story: pulls_world_test.go makes small worlds for them, and
//     pulls_race_test.go stands between the product and GitHub.
//   - said_*_test.go say what each row's comments must convey.
//   - scenario_test.go plays the rows; the other tests play parts of the story under other conditions.
package acceptance
