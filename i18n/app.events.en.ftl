settings-events = Live events
settings-events-intro = What pages, apps and servers send through the SDKs, as it comes, and what became of it. The last 300 calls, in memory only.
settings-events-words = sdk segment debugger track identify collection
events-search = Event, or id of a customer
events-outcome = What became of it
events-outcome-all = All calls
events-accepted = Accepted
events-duplicate = Repeated
events-marked = Marked
events-refused = Refused
events-set_aside = Set aside
events-still-differs = It still differs from the tracking plan
events-worked-already = It was worked already
events-pause = Pause
events-go-on = Resume
events-clear = Clear
events-waiting = { $count ->
    [one] { $count } new call
   *[other] { $count } new calls
}
events-missed = { $count ->
    [one] { $count } call went by faster than it could be shown.
   *[other] { $count } calls went by faster than they could be shown.
}
events-broken = There is no connection to the server: what comes meanwhile is not seen here.
events-empty = Waiting for the next call…
events-none-match = No such call among the last ones
events-received = Received
events-happened = Happened
events-body = What was sent
events-copy-curl = Copy as curl
events-copy-body = Copy the body
events-copy-command = Copy the command
events-first = Waiting for the first event…
events-first-text = This command sends the first one. In the place of <write key> goes a write key.
events-make-key = Make a write key
call-no_user_anon_id = It names nobody (no userId, anonymousId or distinct_id): whom it is about cannot be told.
call-no_event = The track call does not name its event.
call-no_group_id = The group call does not name its groupId.
call-bad_group_id = groupId has more than 500 characters.
call-bad_id = An id of the person has more than 200 characters.
call-bad_message_id = messageId has more than 100 characters.
call-blocked_id = One of its ids tells nobody from others (like “null” or “guest”), so it does not count.
call-unknown_type = Its type is none of the six calls.
call-too_large = The call is larger than 32 KB.
call-too_many = Too many calls in one batch.
call-too_many_fields = The call has more than 10,000 fields.
call-no_batch = It has no array named batch.
call-empty_batch = The batch is empty.
call-invalid_json = The body is not valid JSON.
call-invalid_gzip = The compressed body is broken.
call-no_message_id = It has no messageId: only its content tells it from others, so two equal calls count as one.
call-many_fields = It has remarkably many fields.
call-self_alias = The alias names the same id twice: nothing was done.
call-merge_refused = It would have joined two customers, but one may not have so many of these ids: they stayed apart.
call-kept_apart = A colleague separated them: they stayed apart.
call-sent_at_unbelievable = The time of sending (sentAt) cannot be true: the clock of the device was not corrected by it.
call-in_the_future = Its time is in the future: the time of arrival counts.
call-too_long_ago = Its time is too long ago: the time of arrival counts.
call-invalid_email = The e-mail address is wrong: it did not become an id.
call-invalid_phone = The phone number is wrong: it did not become an id.
call-shared_email = Another customer claims this e-mail address too: it leads to nobody.
call-shared_phone = Another customer claims this phone number too: it leads to nobody.
call-plan_violation = It differs from the tracking plan: it was kept but not worked.
call-unplanned_event = The event is not in the tracking plan: it was kept but not worked.
call-unreadable = The call was kept, but cannot be read any more.
call-retired_event = The tracking plan has retired this event: it was kept but not worked.
violation-missing = is required, and missing.
violation-wrong_type = should be of type { $expected }; it was { $found }.
violation-not_allowed = was { $found }, which is not allowed. Allowed: { $expected }
violation-pattern = was { $found }, which does not match the pattern { $expected }
violation-range = was { $found }; allowed is { $expected }.
violation-unexpected = is not in the plan, and only planned properties may come.
violation-unplanned = The event is not in the tracking plan.
violation-retired = The tracking plan has retired this event: it should not come any more.
violation-text = “{ $text }”
violation-list = { $count ->
    [one] a list of one
   *[other] a list of { $count }
}
violation-object = { $count ->
    [one] an object with one property
   *[other] an object with { $count } properties
}
