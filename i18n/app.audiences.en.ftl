audiences = Audiences
audience = Audience
go-audiences = Go to Audiences
audiences-intro = Groups of customers that put themselves together: people enter and leave by themselves as what you ask for becomes true of them.
audiences-none = No audiences yet
audiences-none-text = An audience gathers everybody of whom a condition is true, and follows them as they change.
audience-first = Make the first audience
audience-new = New audience
audience-state = State
audience-draft = Draft
audience-live = Live
audience-filling = Filling
audience-members = Members
audience-people = people
audience-used-by = Used by
audience-used-by-names = Used by: { $names }
audience-changed = Last changed
audience-changed-ago = Changed { $ago }
audience-member-count = { $count ->
        [one] { $count } member
       *[other] { $count } members
    }
audience-denied = You cannot make audiences
audience-denied-text = Leads and administrators can. An administrator of the workspace can change your role.
audience-read-only = Leads and administrators can change this audience.
audience-overtaken = Somebody else has changed this audience meanwhile. If you save, your version replaces theirs.
audience-overtaken-load = Load their version
audience-description = Description
audience-results = Result

## Acts
audience-publish = Publish
audience-save-publish = Save and publish
audience-published = Published. People now enter and leave by themselves.
audience-publish-first = It cannot be published yet. First publish what its condition names: { $names }.
audience-withdraw = Make it a draft again
audience-withdraw-help = It is emptied; the condition stays
audience-withdraw-text = { $count ->
        [one] “{ $name }” loses its { $count } member and no longer follows anybody. The condition stays; published again, the audience begins anew.
       *[other] “{ $name }” loses its { $count } members and no longer follows anybody. The condition stays; published again, the audience begins anew.
    }
audience-delete = Delete audience
audience-delete-text = “{ $name }” and its condition are deleted. The customers stay. This cannot be undone.
audience-in-use = Other audiences name this one: { $names }. First take it out of their conditions.

## Condition
audience-condition = Condition
audience-form = Form of the condition
audience-form-fields = Sentence
audience-form-text = Text
audience-text = Condition as text
audience-text-help = For example: all of (country is "HU", did "Order Completed" at least 3 times in the last 30 days)
audience-text-unfinished = Finish or remove what is empty first; then it can be shown as text.
audience-text-mend = Mend the text first; then it can be shown as a sentence.
audience-text-mistake = The text cannot be read at line { $line }, character { $column }.
audience-expected = Needed here: { $what }.
audience-found = Found: { $found }
audience-found-end = The text ends here.
audience-expected-condition = a condition
audience-expected-name = a name
audience-expected-event = the name of an event, in quotes
audience-expected-value = a text in quotes, a number, true or false
audience-expected-text = a text in quotes
audience-expected-end = nothing more
audience-expected-closing = closing quotes
audience-expected-number = a number
audience-expected-whole = a whole number
audience-expected-test = a test, such as is, contains, exists or >
audience-expected-date = a date (2026-11-22) or a time (2026-11-22T10:00:00Z)
audience-expected-unit = seconds, minutes, hours, days or weeks
audience-expected-audience = an audience that exists
audience-expected-nesting = fewer groups within each other
audience-kept = Can be changed as text only; it stays as it is.
audience-for-whom = People for whom
audience-where-group = for whom
audience-how = How the parts are joined
audience-how-all = all of these are true
audience-how-any = at least one of these is true
audience-how-none = none of these is true
audience-joint-all = and
audience-joint-any = or
audience-joint-none = nor
audience-everybody = Nothing is asked here, so it is true of everybody.
audience-nobody = There is nothing here that could be true, so it is true of nobody.
audience-add = Add condition
audience-add-here = Add here
audience-add-attribute = Data of the customer
audience-add-attribute-help = country, plan, age, open conversations…
audience-add-event = What they did
audience-add-event-help = an order, a page view, a message…
audience-add-member = Another audience
audience-add-member-help = who is a member of it
audience-add-group = Group of conditions
audience-add-group-help = all, at least one or none of several
audience-remove = Remove
audience-part-remove = Remove: { $name }
audience-attribute = Field
audience-test = Test
audience-value = Value
audience-value-add = Value, then Enter
audience-value-remove = Remove value: { $value }
audience-number = Number
audience-number-from = From
audience-number-to = To
audience-date = Date
audience-days = days
audience-and = and
audience-quoted = “{ $text }”
audience-event = Event
audience-times = Whether and how often
audience-times-did = did
audience-times-did_not = did not
audience-times-at_least = did at least
audience-times-at_most = did at most
audience-times-exactly = did exactly
audience-times-count = How many times
audience-times-word = times
audience-window = When
audience-window-ever = at any time
audience-window-last = in the last
audience-window-today = today
audience-window-yesterday = yesterday
audience-window-this_week = this week
audience-window-last_week = last week
audience-window-this_month = this month
audience-window-last_month = last month
audience-window-this_year = this year
audience-window-last_year = last year
audience-window-between = between dates
audience-window-from = from
audience-window-before = before
audience-unit = Unit of time
audience-unit-second = seconds
audience-unit-minute = minutes
audience-unit-hour = hours
audience-unit-day = days
audience-unit-week = weeks
audience-where = where
audience-where-add = Only those where…
audience-where-row = Only those where: { $name }
audience-where-remove = Remove: only those where { $name }
audience-property = Property
audience-member = is in the audience
audience-choose = Choose one
audience-type-text = Text
audience-type-number = Number
audience-type-flag = Yes or no
audience-type-date = Date
audience-type-any = Anything
audience-op-is = is
audience-op-is_not = is not
audience-op-one_of = is one of
audience-op-contains = contains
audience-op-starts_with = starts with
audience-op-equals = equals
audience-op-differs = does not equal
audience-op-more_than = is more than
audience-op-at_least = is at least
audience-op-less_than = is less than
audience-op-at_most = is at most
audience-op-between = is between
audience-op-one_of_numbers = equals one of
audience-op-yes = is true
audience-op-no = is false
audience-op-not_yes = is not true
audience-op-not_no = is not false
audience-op-before = is before
audience-op-after = is after
audience-op-within_last = is within the last
audience-op-within_next = is within the next
audience-op-anniversary = has its anniversary within
audience-op-exists = has a value
audience-op-absent = has no value
audience-gap-required = Please fill this in.
audience-gap-number = This is not a number.
audience-gap-whole = This needs to be a whole number, as large as makes sense here.
audience-gap-backwards = The second number is smaller than the first.
audience-value-name = Name
audience-value-locale = Language
audience-value-email = E-mail address
audience-value-phone = Telephone
audience-value-created = Customer since
audience-value-conversations = Number of conversations
audience-value-open = Number of open conversations
audience-fact-page = Viewed a page
audience-fact-screen = Opened a screen of the app
audience-fact-received = Wrote to us
audience-fact-sent = Got an answer from us
audience-fact-begun = A conversation began
audience-fact-closed = A conversation was closed
audience-fact-person = First seen
audience-fact-group = Joined a group

fact-audience-entered = Entered the audience
fact-audience-left = Left the audience

## Preview and members
audience-preview = Preview
audience-counting = Counting…
audience-of-newest = { $count ->
        [one] of the { $count } newest customer
       *[other] of the { $count } newest customers
    }
audience-unfinished = The count appears as soon as the condition is finished.
audience-refused = The condition cannot be counted as it is.
audience-sample = Some of them
audience-sample-all = Show { $count } of them
audience-filling-text = Everybody is being asked; the number grows meanwhile.
audience-members-none = The condition is true of nobody now. Whoever comes to fulfil it enters by themselves.
audience-members-more = Show more
audience-since = { $ago }
audience-in-since = In it since { $date }

## Why somebody is in it, or is not
audience-why = Why in, why not?
audience-why-text = Choose a customer to see which of the conditions are true of them, and why.
audience-why-choose = Choose customer
audience-why-another = Another customer
audience-why-saved = This is about the saved condition, without your changes.
audience-is-in = is in it.
audience-is-out = is not in it.
audience-would-be-in = would be in it.
audience-would-be-out = would not be in it.
audience-holds = True:
audience-holds-not = Not true:
audience-changes-at = If nothing happens, this can change first at: { $time }.
audience-incomplete = So much happened that not everything can be counted any more; the figures are the least that is sure.
audience-because-nothing = No value
audience-because-value = Now: { $value }
audience-because-count = { $count ->
        [0] Never
        [one] Once
       *[other] { $count } times
    }
audience-because-or-more = { $count ->
        [one] At least once
       *[other] At least { $count } times
    }
audience-because-latest = (last: { $times })
audience-because-reached = { $count ->
        [one] Reached the first step: { $times }
       *[other] Reached { $count } steps: { $times }
    }
audience-because-not-begun = The first step was not reached.
audience-because-member = Is a member
audience-because-no-member = Is not a member
audience-because-parts = { $holding } of { $of } true
