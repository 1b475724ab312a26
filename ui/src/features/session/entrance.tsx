import type { FormEvent, ReactNode } from 'react'
import { CircleAlert } from 'lucide-react'
import { Form } from 'react-aria-components'
import { useI18n } from '../../i18n/context'
import { Logo } from '../../ui/logo'
import './entrance.css'

interface Props { title: string; intro?: string; alert?: string | null; children: ReactNode; onSubmit: () => void; wide?: boolean; errors?: Record<string, string> }

/** The page before there is a session: the mark, one form, the language. */
export function Entrance({ title, intro, alert, children, onSubmit, errors }: Props) {
  const { t, locale, setLocale } = useI18n()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <div className="entrance scroll">
      <header className="entrance__top">
        <nav aria-label={t('language')} className="entrance__languages">
          {(['hu', 'en'] as const).map((code) => (
            <button key={code} type="button" lang={code} aria-pressed={locale === code} className="entrance__language" onClick={() => setLocale(code)}>
              {code === 'hu' ? 'Magyar' : 'English'}
            </button>
          ))}
        </nav>
      </header>
      <main className="entrance__card">
        <div className="entrance__brand"><Logo size={36} /><span>Kapocs</span></div>
        <h1 className="entrance__title">{title}</h1>
        {intro && <p className="entrance__intro">{intro}</p>}
        <div role="alert">
          {alert && <p className="entrance__alert"><CircleAlert size={17} aria-hidden="true" />{alert}</p>}
        </div>
        <Form className="entrance__form" onSubmit={submit} validationErrors={errors} validationBehavior="aria">{children}</Form>
      </main>
    </div>
  )
}
