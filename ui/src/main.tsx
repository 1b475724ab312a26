import './styles/tokens.css'
import './styles/base.css'
import './styles/print.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { setClientLanguage } from './api/client'
import { applyTheme, storedTheme } from './features/session/appearance'
import { LanguageProvider } from './i18n/context'
import { loadLanguage, preferredLocale } from './i18n/language'
import { queryClient } from './routes/query-client'
import { router } from './routes/router'

applyTheme(storedTheme())

const locale = preferredLocale()
setClientLanguage(locale)
document.documentElement.lang = locale

void loadLanguage(locale).then((t) => {
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <LanguageProvider initial={{ locale, t }}>
          <RouterProvider router={router} />
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
})
