import type { ChannelField, ChannelKind } from '../src/api/types'

type Plain = Partial<Omit<ChannelField, 'help'>> & { help?: string }
const both = (text: string) => ({ hu: text, en: text })
const field = (name: string, label: string, { help = '', ...more }: Plain = {}): ChannelField =>
  ({ name, kind: 'text', label: both(label), help: both(help), required: false, choices: [], default: null, ...more })

const TLS = ['implicit', 'starttls', 'none']

export const CHANNEL_KINDS: ChannelKind[] = [
  { kind: 'email', operator_only: false, name: 'E-mail', can: { receive: true, send: true, hold: true, attachments: true, max_length: null }, fields: [
    field('addresses', 'Címek', { kind: 'list', required: true, help: 'Amelyekre a levelek érkeznek; az elsőről küldünk.' }),
    field('imap_host', 'IMAP-kiszolgáló', { required: true }), field('imap_port', 'IMAP-port', { kind: 'number', default: 993 }),
    field('imap_tls', 'IMAP-titkosítás', { kind: 'choice', choices: TLS, default: 'implicit' }),
    field('smtp_host', 'SMTP-kiszolgáló', { required: true }), field('smtp_port', 'SMTP-port', { kind: 'number', default: 465 }),
    field('smtp_tls', 'SMTP-titkosítás', { kind: 'choice', choices: TLS, default: 'implicit' }),
    field('user', 'Felhasználónév', { required: true }), field('password', 'Jelszó', { kind: 'secret', required: true }),
  ] },
  { kind: 'receiver', operator_only: true, name: 'Beépített levélfogadó', can: { receive: true, send: false, hold: true, attachments: true, max_length: null }, fields: [
    field('port', 'Port', { kind: 'number', required: true, default: 2525 }), field('protocol', 'Protokoll', { kind: 'choice', choices: ['smtp', 'lmtp'], default: 'smtp' }),
    field('domains', 'Tartományok', { kind: 'list', required: true }),
  ] },
  { kind: 'chat', operator_only: false, name: 'Csevegő', can: { receive: true, send: true, hold: true, attachments: true, max_length: 4000 }, fields: [
    field('greeting_hu', 'Üdvözlés magyarul', { default: 'Miben segíthetünk?' }), field('greeting_en', 'Üdvözlés angolul', { default: 'How can we help?' }),
    field('ask_email', 'E-mail-cím kérése', { kind: 'choice', choices: ['never', 'offer', 'require'], default: 'offer' }),
    field('color', 'Szín', { default: '#0B6A5D' }), field('origins', 'Engedélyezett oldalak', { kind: 'list', help: 'Üresen bármelyik oldalon megjelenhet.' }),
  ] },
  { kind: 'form', operator_only: false, name: 'Űrlap', can: { receive: true, send: true, hold: true, attachments: true, max_length: null }, fields: [
    field('title_hu', 'Cím magyarul'), field('title_en', 'Cím angolul'), field('attachments', 'Fájl csatolható', { kind: 'bool', default: true }),
  ] },
]
