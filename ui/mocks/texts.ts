import type { Locale } from '../src/api/types'

export interface Story { locale: Locale; subject: string; tags: number[]; parts: string[] }

// Even parts are the customer's, odd ones the shop's; {o} is an order number, {n} the first name.
export const STORIES: Story[] = [
  { locale: 'hu', subject: 'Nem érkezett meg a {o} rendelésem', tags: [0], parts: [
    'Jó napot kívánok!\n\nMúlt kedden rendeltem két cserép levendulát és egy zsák virágföldet, a rendelés száma {o}. A futár állítólag járt nálam, de egész nap otthon voltam, és senki nem csengetett. Meg tudnák nézni, hol van a csomag?\n\nKöszönettel',
    'Tisztelt Vásárlónk!\n\nElnézést kérünk a kellemetlenségért. A futárszolgálat szerint a csomag a helyi depóban van, holnap délelőtt újra megkísérlik a kézbesítést. Ha inkább csomagpontra kéri, írja meg, melyikre.\n\nÜdvözlettel',
    'Köszönöm a gyors választ, a holnap délelőtt megfelel. Kérem, a kaputelefonon a 12-est csengessék.' ] },
  { locale: 'hu', subject: 'Hibás számla a {o} rendeléshez', tags: [1], parts: [
    'Üdvözlöm!\n\nA számlán a régi székhelyünk szerepel, pedig a rendelésnél az újat adtam meg. Kérem, küldjenek javított számlát a mostani címünkre. A könyvelőm pénteken zár.',
    'Üdvözlöm!\n\nA javított számlát kiállítottuk, mellékelve küldöm. Az eredetit sztornóztuk, teendője nincs vele.',
    'Megkaptam, minden rendben. Köszönöm szépen!' ] },
  { locale: 'hu', subject: 'Törötten érkezett a kerámia kaspó', tags: [2], parts: [
    'Kedves Ügyfélszolgálat!\n\nMa megkaptam a csomagot, de a nagyobbik kaspó darabokban volt. A doboz kívülről sértetlen, belül viszont alig volt kitöltőanyag. Képeket csatoltam. Cserét szeretnék, nem visszatérítést.',
    'Kedves {n}!\n\nSajnáljuk, hogy így történt. A cserét elindítottuk, holnap adjuk fel, jobban csomagolva. A törött darabot nem kell visszaküldenie.' ] },
  { locale: 'hu', subject: 'Mikor lesz újra készleten a citromfa?', tags: [], parts: [
    'Jó napot! A 80 cm-es citromfa hetek óta „Elfogyott” feliratú. Várható belőle, vagy keressek mást?' ] },
  { locale: 'hu', subject: 'Visszaküldés 14 napon belül', tags: [2], parts: [
    'Tisztelt Bolt!\n\nA {o} rendelésben kapott metszőolló túl nagy a kezemnek. Bontatlan, szeretném visszaküldeni. Kinek a költsége a postázás, és mikor kapom vissza az árát?',
    'Tisztelt Vásárlónk!\n\nA visszaküldést az alábbi címkével ingyen teheti meg. A vételárat a beérkezéstől számított három munkanapon belül visszautaljuk arra a kártyára, amellyel fizetett.',
    'Feladtam ma reggel. Köszönöm az egyszerű ügyintézést.' ] },
  { locale: 'hu', subject: 'Céges kiszállítás 40 palántára', tags: [3], parts: [
    'Kedves Kollégák!\n\nIrodaudvart ültetünk be, 40 darab muskátlit és 12 leandert kérnénk egy szállítással, áprilisi időponttal. Tudnak mennyiségi kedvezményt adni? Átutalással fizetnénk, 8 napra.',
    'Tisztelt Érdeklődő!\n\n40 darab felett 12% kedvezményt adunk, a szállítás díjmentes. Az ajánlatot csatoltam. Melyik hét lenne megfelelő?' ] },
  { locale: 'hu', subject: 'Elfelejtett jelszó, nem jön a levél', tags: [4], parts: [
    'Háromszor kértem új jelszót, de nem érkezik meg a levél. A levélszemétben is néztem. Segítenének?' ] },
  { locale: 'hu', subject: 'Kártyás fizetés kétszer terhelve', tags: [1, 4], parts: [
    'Jó estét!\n\nA {o} rendelés összegét kétszer vonták le: 14 990 Ft kétszer. A bankom szerint mindkettő teljesült. Kérem, sürgősen nézzék meg.',
    'Jó estét!\n\nMegnéztük: a második terhelés zárolás volt, a fizetési szolgáltató ma éjjel feloldja. Ha holnap délig nem látja vissza, kérem, írjon, és visszautaljuk.' ] },
  { locale: 'hu', subject: 'Köszönet a gyors segítségért', tags: [5], parts: [
    'Csak szeretném megköszönni Nórának a türelmét. Ritkán tapasztal az ember ilyet. Maguktól fogok máskor is rendelni.' ] },
  { locale: 'hu', subject: 'Locsolórendszer: melyik csatlakozó illik hozzá?', tags: [], parts: [
    'Sziasztok! A csepegtető készlethez ½ colos vagy ¾ colos csatlakozó kell? A leírásban mindkettő szerepel.',
    'Üdv! A készlet alapból ¾ colos, de a dobozban van egy szűkítő ½ colra, tehát mindkettőhöz jó.',
    'Szuper, köszi!' ] },
  { locale: 'en', subject: 'Delivery to Vienna for order {o}?', tags: [0], parts: [
    'Hello,\n\nI ordered three olive trees ({o}) and only then saw that the checkout assumed a Hungarian address. Can you deliver to Vienna, and what would it cost?\n\nBest wishes',
    'Hello {n},\n\nYes, we deliver to Vienna on Tuesdays. For three trees the freight is €24. Shall I change the address and send you a payment link for the difference?',
    'Perfect, please do. Tuesday next week would suit me.' ] },
  { locale: 'en', subject: 'Wrong size of gloves in {o}', tags: [2], parts: [
    'Hi there,\n\nI received size S gloves instead of L. The invoice says L. Could you send the right ones? I need them for the weekend.',
    'Hi {n},\n\nSorry about the mix-up. Size L leaves our warehouse today by express, at our cost. Please keep the S pair, a neighbour may need it.' ] },
  { locale: 'en', subject: 'Is the indoor compost bin suitable for a flat?', tags: [], parts: [
    'Good morning,\n\nwe live in a small flat without a balcony. Does the 12-litre compost bin smell, and how often does the filter need changing?' ] },
  { locale: 'en', subject: 'VAT number missing from the invoice of {o}', tags: [1], parts: [
    'Dear Sir or Madam,\n\nour EU VAT number is missing from the invoice although we entered it at checkout. Please correct it, our auditors insist.',
    'Dear {n},\n\nThe corrected invoice is attached. We have also stored the number in your account, so it will appear on the next ones.' ] },
  { locale: 'en', subject: 'Gift wrapping and a card', tags: [], parts: [
    'Can you wrap the herb set and put in a card with “Happy birthday, Granny”? It should arrive on Friday.',
    'With pleasure. It leaves on Wednesday, wrapped, with your card in it.',
    'Wonderful, thank you!' ] },
  { locale: 'en', subject: 'The app forgets my basket', tags: [4], parts: [
    'Every time I switch from my phone to the laptop the basket is empty again. I am signed in on both. Is there a trick to it?' ] },
]

export const HU_LAST = ['Nagy', 'Kovács', 'Tóth', 'Szabó', 'Horváth', 'Varga', 'Kiss', 'Molnár', 'Németh', 'Farkas', 'Balogh', 'Papp', 'Lakatos', 'Juhász', 'Szűcs-Kőrösi', 'Csillag', 'Győrffy', 'Czakó', 'Hegedűs', 'Őri']
export const HU_FIRST = ['Anna', 'Boglárka', 'Csilla', 'Dóra', 'Eszter', 'Gábor', 'Ákos', 'Márton', 'Zsófia', 'László', 'Réka', 'Örs', 'Péter', 'Júlia', 'Tamás', 'Vilmos', 'Ilona', 'Bence', 'Katalin', 'Ödön']
export const EN_LAST = ['Harper', 'Whitcombe', 'Okafor', 'Lindqvist', 'Brennan', 'Castellano', 'Novak', 'Ashworth', 'Meyer', 'O’Donnell']
export const EN_FIRST = ['Amelia', 'Oliver', 'Priya', 'Thomas', 'Grace', 'Daniel', 'Isla', 'Marcus', 'Hannah', 'Leo']

export const NOTES: Record<Locale, string[]> = {
  hu: ['Beszéltem a raktárral: ma 15 óráig feladják, utána frissítem.', '@Tóth Nóra kérlek, nézd meg a kedvezményt, mielőtt válaszolok.', 'Visszatérő vásárló, legutóbb is késett a csomagja. Legyünk nagyvonalúak.'],
  en: ['Talked to the warehouse: it goes out today by 3 pm.', '@Tóth Nóra could you check the discount before I answer?', 'Returning customer, the last parcel was late as well. Let us be generous.'],
}
