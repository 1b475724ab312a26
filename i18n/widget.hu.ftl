## A gazdaoldalon látható gomb. Csak a betöltő használja.

launcher-name = Chat
launcher-name-unread = Chat, { $count } olvasatlan üzenet
launcher-loading = A chat megnyitása… Ha sokáig tart, kérjük, próbálja meg később.
launcher-close = A chat bezárása

## Keret és fejléc

chat-title = Chat
chat-close = A chat bezárása
chat-language = English
chat-sound = Hangjelzés új üzenetkor
chat-online = Elérhetők vagyunk
chat-away = Most nem vagyunk elérhetők
chat-away-greeting = Most nem vagyunk elérhetők. Hagyjon itt üzenetet, és válaszolni fogunk.
chat-unavailable = Ez a chat nem érhető el.
chat-start-failed = A chatet nem sikerült elindítani. Amit ír, azt megőrizzük, és elküldjük, amint van kapcsolat.

## Kapcsolat

connection-offline = Nincs kapcsolat. Üzeneteit megőrizzük, és elküldjük, amint helyreáll.
connection-back = Helyreállt a kapcsolat.
connection-retry = Újrapróbálás

## Üzenetek

messages-name = Üzenetek
messages-loading = Korábbi üzenetek betöltése…
message-you = Ön
message-sending = Küldés…
message-waiting = Kapcsolatra vár
message-sent = Elküldve
message-seen = Megtekintve
message-failed = Nincs elküldve
message-retry = Újraküldés
message-discard = Törlés
message-failed-announcement = Egy üzenetet nem sikerült elküldeni. Megpróbálhatja újra.
messages-latest = Ugrás a legutóbbi üzenetre
typing-someone = Valaki éppen ír…
typing-name = { $name } éppen ír…
day-today = Ma
day-yesterday = Tegnap

## Írómező

composer-label = Az Ön üzenete
composer-placeholder = Írja be üzenetét…
composer-send = Küldés
composer-attach = Fájl csatolása
composer-drop = Húzza ide a fájlokat
attachment-uploading = { $name }: feltöltés, { $percent }%
attachment-remove = Eltávolítás: { $name }
attachment-cancel = Feltöltés megszakítása: { $name }
attachment-retry = Feltöltés újra: { $name }
attachment-ready = Csatolva: { $name }.
attachment-failed = Nem sikerült feltölteni: { $name }.
attachment-too-large = Túl nagy fájl: { $name }. Egy fájl legfeljebb { $limit } MB lehet.
attachment-new-tab = új lapon nyílik meg
attachment-wait = Várja meg a fájlok feltöltését, utána küldje el az üzenetet.

## E-mail-cím kérése

email-title = Válaszoljunk e-mailben is?
email-title-away = Hol érhetjük el?
email-title-required = Az Ön e-mail-címe
email-help = Adja meg a címét, és válaszainkat e-mailben is elküldjük. Így akkor sem marad le róluk, ha bezárja ezt az oldalt.
email-help-required = Az első üzenet előtt szükségünk van az e-mail-címére. Válaszainkat oda is elküldjük.
email-label = E-mail-cím
email-name-label = Név (nem kötelező)
email-save = Mentés
email-later = Most nem
email-invalid = Írjon be egy e-mail-címet, például: anna@example.com.
email-missing = Az üzenet elküldéséhez adja meg az e-mail-címét.
email-failed = A címét nem sikerült menteni. Próbálja újra.
email-saved = Válaszainkat e-mailben is elküldjük: { $address }
email-change = Módosítás
