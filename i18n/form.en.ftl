## The frame of the page

form-skip = Skip to the content
form-language = Language
form-other-language = Magyar
form-title = Write to us
form-intro = Do you have a question, or do you need help? Tell us, and we will answer by e-mail.

## Fields

form-optional = (optional)
form-name = Name
form-email = E-mail address
form-email-hint = We will answer to this address.
form-phone = Phone number
form-phone-hint = For example: +44 7700 900123
form-subject = Subject
form-message = Message
form-files = Attachments
form-files-hint = At most { $count } files, each at most { $size } MB.
form-trap = Leave this field empty
form-send = Send message

## When something is missing

problems-title = Your message has not been sent yet
problems-prefix = Error:
problem-name-required = Enter your name.
problem-name-long = The name can have at most { $limit } characters.
problem-email-required = Enter your e-mail address, so that we can answer.
problem-email-invalid = This e-mail address is not complete. Write it like this: name@example.com
problem-phone-invalid = We cannot read this phone number. Write it like this: +44 7700 900123
problem-subject-required = Enter what your message is about.
problem-subject-long = The subject can have at most { $limit } characters.
problem-message-required = Tell us how we can help.
problem-message-long = The message can have at most { $limit } characters, it has { $length }.
problem-files-many = You can attach at most { $count } files.
problem-file-large = “{ $name }” is larger than the { $size } MB allowed.
problem-files-again = Choose the attached files again.
problem-expired = This page was open for a long time. Your text is still here: send it once more.
problem-again = To be on the safe side, send it once more. Your text is still here.
problem-wait = Many messages came from this network in a short time. Wait { $seconds } seconds, then send it again. Your text is still here.
problem-failed = Something failed on our side, and we could not take your message. Your text is still here: try again in a few minutes.

## Thanks

thanks-title = Thank you, we have your message
thanks-number = Number of your message:
thanks-next = What happens next?
thanks-answer = A colleague will read it and answer to the e-mail address you gave.
thanks-keep = Make a note of the number. If you contact us again, we can help you faster with it.
thanks-another = Write another message

## Error pages

missing-title = This form is not available
missing-text = The address is wrong, or the form has been removed.
unreadable-title = We could not read this
unreadable-text = What was sent is damaged or too large. Go back and send it again with smaller attachments.
broken-title = Not available at the moment
broken-text = Something failed on our side. Try again in a few minutes.
