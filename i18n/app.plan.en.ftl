settings-plan = Tracking plan
settings-plan-intro = Which events are expected and what they look like. What differs is counted, marked or set aside until somebody looks at it.
settings-plan-words = schema validation events properties json protocols segment
plan-none = Nothing is planned yet
plan-none-text = Begin with what already comes: types and required properties are read from the calls, and every event waits for your yes.
plan-new-event = New event
plan-edit-event = Event of the plan
plan-from-calls = From what came
plan-files = Import and export
plan-import = Import
plan-export-segment = Export for Segment
plan-export-schema = Export as JSON Schema
plan-modes = How the plan applies
plan-changed = The plan now applies differently
plan-mode = Calls that differ from the plan
plan-unplanned = Events that are not in the plan
plan-mode-allow = Let in
plan-mode-observe = Only count
plan-mode-warn = Mark
plan-mode-set_aside = Set aside
plan-mode-inherit = As the plan says ({ $mode })
plan-mode-help-observe = They are worked as usual; the data quality counts them.
plan-mode-help-warn = They are worked and marked in the live events with what is wrong.
plan-mode-help-set_aside = They are kept but not worked. After the plan or the sender is mended, they can be worked with their own time.
plan-unplanned-help-allow = They are worked and not even counted.
plan-unplanned-help-observe = They are worked as usual; the data quality counts them.
plan-unplanned-help-warn = They are worked and marked in the live events.
plan-unplanned-help-set_aside = They are kept but not worked until they get into the plan.
plan-event = Event
plan-event-name = Name of the event
plan-kind = What is it about
plan-kind-track = Event
plan-kind-identify = Traits of customers
plan-kind-group = Traits of groups
plan-description = Description
plan-status = State
plan-status-planned = Planned
plan-status-live = Live
plan-status-retired = Retired
plan-status-help-planned = Agreed on; nothing sends it yet.
plan-status-help-live = It is being sent.
plan-status-help-retired = It should not come any more: if it does, it differs from the plan.
plan-differs = When a call differs
plan-properties = { $count ->
    [0] No properties
    [one] 1 property
   *[other] { $count } properties
}
plan-event-properties = Properties
plan-traits = Traits
plan-property = Property
plan-type = Type
plan-required = Required
plan-nullable = May be null
plan-more-of = More about { $name }
plan-add-property = Add property
plan-values = Allowed values
plan-values-help = One a line. Empty: anything.
plan-pattern = Pattern
plan-pattern-help = A regular expression, like ^K-[0-9]+$
plan-minimum = At least
plan-maximum = At most
plan-nested = What is inside stays as it was imported or learned.
plan-closed = Only these properties
plan-closed-help = Any other property counts as a difference.
plan-twice = There are two properties named “{ $name }”.
plan-removed = Taken out of the plan: { $name }
plan-added = Added to the plan: { $name }
plan-type-any = anything
plan-type-text = text
plan-type-number = number
plan-type-whole = whole number
plan-type-yes_no = yes or no
plan-type-date_time = date and time
plan-type-list = list
plan-type-object = object
plan-type-other = several types
plan-type-null = null
plan-nothing-came = No events have come yet
plan-nothing-came-text = As soon as a page or a server sends some, they can be taken up here.
plan-proposals-text = This is what the newest calls look like. What you add can be edited at any time.
plan-seen = { $count ->
    [one] came once
   *[other] came { $count } times
}
plan-in-plan = In the plan
plan-add = Add
plan-add-named = Add: { $name }
plan-always = always
plan-no-properties = It came without properties.
plan-more-properties = { $count ->
    [one] and one more
   *[other] and { $count } more
}
plan-import-text = A tracking plan of Segment, or a list of JSON Schemas whose titles are the events. Events of the same name are overwritten, all others stay.
plan-choose-file = Choose a file
plan-import-json = The plan as JSON
plan-not-json = This is not valid JSON.
plan-look = See what would change
plan-would-add = New: { $names }
plan-would-change = Overwritten: { $names }
plan-not-a-number = This is said to be a number and is none: { $name }
plan-would-nothing = It is all in the plan already.
plan-ignored = This cannot be checked here and is left out: { $places }
plan-imported = { $count ->
    [one] One event was imported
   *[other] { $count } events were imported
}
settings-quality = Data quality
settings-quality-intro = What came in the last 30 days and what was wrong with it. Every number leads to its calls.
settings-quality-words = validation errors violations statistics trend
quality-nothing = No calls in the last 30 days
quality-nothing-text = As soon as a page or a server sends something, its numbers are here.
quality-fine = Nothing was wrong in the last 30 days
quality-calls = Calls
quality-violations = Differences from the plan
quality-unplanned = Events not in the plan
quality-set_aside = Set aside
quality-refused = Refused calls
quality-conflicts = Claimed by several people
quality-invalid = Invalid addresses
quality-duplicates = Sent again
quality-violations-text = By event, property and rule.
quality-unplanned-text = They can be taken up there:
quality-refused-text = They could not be worked, and are kept as they came.
quality-conflicts-text = Several customers claim the same address or number, so it leads to none of them.
quality-invalid-text = These did not become ids.
quality-conflicts-email = E-mail address
quality-conflicts-phone = Phone number
quality-invalid-email = E-mail address
quality-invalid-phone = Phone number
quality-today = Today: { $count }
quality-what = What
quality-trend = 30 days
quality-count = Number
quality-since = Since
quality-rest = Everything else
quality-all = Show all { $count }
quality-bars = { $name }, 30 days: { $total } in all, most on { $day } ({ $most })
quality-bars-none = { $name }, 30 days: none
quality-bar = { $day }: { $count }
quality-calls-of = { $name }, { $count ->
    [one] 1 call
   *[other] { $count } calls
}
quality-samples-text = The first few calls of each day.
quality-no-samples = No call is kept behind this number any more
quality-no-samples-text = Of each day the first few are kept, for a month.
quality-waiting = Set aside, waiting
quality-waiting-text = These differ from the tracking plan. Once the plan is mended, work them now: they get onto the timelines with their own time.
quality-work = Work now
quality-work-named = Work now: { $name }
quality-worked = { $count ->
    [one] One call was worked
   *[other] { $count } calls were worked
}
quality-worked-none = None could be worked
quality-not-worked = { $count } cannot be worked; the refused calls say why
quality-waiting-more = Calls of further events wait, too; they follow once these are done.
quality-kept = { $count ->
    [one] One still differs from the plan
   *[other] { $count } still differ from the plan
}
rule-missing = missing
rule-wrong_type = wrong type
rule-not_allowed = value not allowed
rule-pattern = does not match the pattern
rule-range = out of range
rule-unexpected = not planned
rule-retired = retired
