package policy

import "time"

// WorkingDaysAfter is the moment n working days after t, at the same time of day in the project's zone:
// three working days after Tuesday 09:00 is Friday 09:00. Weekends and the config's holidays are none.
func (p *Policy) WorkingDaysAfter(t time.Time, n int) time.Time {
	t = t.In(p.Location)
	for range maxCalendar {
		if n <= 0 {
			break
		}
		if t = t.AddDate(0, 0, 1); p.WorkingDay(t) {
			n--
		}
	}
	return t
}

// maxCalendar is how many days are looked at: more than the holidays and the working days a config can name.
const maxCalendar = 2 * maxDates
