## Az oldal kerete

form-skip = Ugrás a tartalomhoz
form-language = Nyelv
form-other-language = English
form-title = Írjon nekünk
form-intro = Kérdése van, vagy segítségre van szüksége? Írja meg, és e-mailben válaszolunk.

## Mezők

form-optional = (nem kötelező)
form-name = Név
form-email = E-mail-cím
form-email-hint = Erre a címre válaszolunk.
form-phone = Telefonszám
form-phone-hint = Például: +36 30 123 4567
form-subject = Tárgy
form-message = Üzenet
form-files = Csatolmányok
form-files-hint = Legfeljebb { $count } fájl, egyenként legfeljebb { $size } MB.
form-trap = Ezt a mezőt hagyja üresen
form-send = Üzenet elküldése

## Ha valami hiányzik

problems-title = Az üzenetet még nem küldtük el
problems-prefix = Hiba:
problem-name-required = Adja meg a nevét.
problem-name-long = A név legfeljebb { $limit } karakter lehet.
problem-email-required = Adja meg az e-mail-címét, hogy válaszolhassunk.
problem-email-invalid = Ez az e-mail-cím nem teljes. Így írja: nev@pelda.hu
problem-phone-invalid = Ezt a telefonszámot nem tudjuk értelmezni. Így írja: +36 30 123 4567
problem-subject-required = Írja be, mi az üzenet tárgya.
problem-subject-long = A tárgy legfeljebb { $limit } karakter lehet.
problem-message-required = Írja le, miben segíthetünk.
problem-message-long = Az üzenet legfeljebb { $limit } karakter lehet, most { $length }.
problem-files-many = Legfeljebb { $count } fájlt csatolhat.
problem-file-large = „{ $name }” nagyobb a megengedett { $size } MB-nál.
problem-files-again = A csatolt fájlokat válassza ki újra.
problem-expired = Az oldal régóta nyitva volt. A szövege megmaradt: küldje el még egyszer.
problem-again = A biztonság kedvéért küldje el még egyszer. A szövege megmaradt.
problem-wait = Rövid idő alatt sok üzenet érkezett erről a hálózatról. Várjon { $seconds } másodpercet, majd küldje el újra. A szövege megmaradt.
problem-failed = Hiba történt nálunk, az üzenetet nem tudtuk átvenni. A szövege megmaradt: próbálja meg néhány perc múlva.

## Köszönet

thanks-title = Köszönjük, megkaptuk az üzenetét
thanks-number = Az üzenet száma:
thanks-next = Mi történik ezután?
thanks-answer = Munkatársunk elolvassa, és a megadott e-mail-címre válaszol.
thanks-keep = Jegyezze fel az üzenet számát. Ha újra keres minket, erre hivatkozva gyorsabban segíthetünk.
thanks-another = Új üzenet írása

## Hibalapok

missing-title = Ez az űrlap nem érhető el
missing-text = A cím hibás, vagy ezt az űrlapot már megszüntették.
unreadable-title = Ezt nem tudtuk feldolgozni
unreadable-text = Az elküldött adatok sérültek, vagy túl nagyok. Lépjen vissza, és küldje el újra, kisebb csatolmányokkal.
broken-title = Most nem érhető el
broken-text = Hiba történt nálunk. Próbálja meg néhány perc múlva.
