// The page's own words in the four languages of the API.
import type { Lang } from "parabus-wasm";

const table = {
  overview: ["Overview", "Przegląd", "Обзор", "Огляд"],
  live: ["Live", "Na żywo", "Онлайн", "Онлайн"],
  offline: ["Connection lost", "Brak połączenia", "Нет связи", "Немає зв’язку"],
  logIn: ["Log in", "Zaloguj się", "Войти", "Увійти"],
  logOut: ["Log out", "Wyloguj", "Выйти", "Вийти"],
  apiKey: ["API key", "Klucz API", "Ключ API", "Ключ API"],
  password: ["Password", "Hasło", "Пароль", "Пароль"],
  welcome: ["Sign in to your plant", "Zaloguj się do instalacji", "Вход в систему", "Вхід до системи"],
  parameter: ["Parameter", "Parametr", "Параметр", "Параметр"],
  value: ["Value", "Wartość", "Значение", "Значення"],
  age: ["Age", "Wiek", "Возраст", "Вік"],
  lastHour: ["Last hour", "Ostatnia godzina", "Последний час", "Остання година"],
  points: ["points", "punktów", "точек", "точок"],
  write: ["Write", "Zapisz", "Записать", "Записати"],
  newValue: ["New value", "Nowa wartość", "Новое значение", "Нове значення"],
  written: ["Written", "Zapisano", "Записано", "Записано"],
  close: ["Close", "Zamknij", "Закрыть", "Закрити"],
  never: ["no reading yet", "brak odczytu", "ещё нет данных", "ще немає даних"],
  now: ["now", "teraz", "сейчас", "зараз"],
  other: ["Other", "Inne", "Прочее", "Інше"],
  scheduled: ["Running", "Działa", "Работает", "Працює"],
  reading: ["Running", "Działa", "Работает", "Працює"],
  unreachable: ["No answer", "Brak odpowiedzi", "Не отвечает", "Не відповідає"],
  disabled: ["Disabled", "Wyłączone", "Отключено", "Вимкнено"],
  silentFor: ["silent for", "milczy od", "молчит", "мовчить"],
  devices: ["Devices", "Urządzenia", "Устройства", "Пристрої"],
  answering: ["devices answer", "urządzeń odpowiada", "устройств отвечают", "пристроїв відповідають"],
  loading: ["Loading…", "Wczytywanie…", "Загрузка…", "Завантаження…"],
  language: ["Language", "Język", "Язык", "Мова"],
} as const;

export type Word = keyof typeof table;
const order: Lang[] = ["en", "pl", "ru", "ua"];

let lang: Lang = order.find((each) => each === localStorage.getItem("lang")) ?? "en";

export const languages: [Lang, string][] = [["en", "English"], ["pl", "Polski"], ["ru", "Русский"], ["ua", "Українська"]];
export const currentLang = (): Lang => lang;

export function setLang(next: Lang): void {
  lang = next;
  localStorage.setItem("lang", next);
  // Ukrainian is `uk` to browsers.
  document.documentElement.lang = next === "ua" ? "uk" : next;
}

export const word = (key: Word): string => table[key][order.indexOf(lang)] ?? table[key][0];

/** How long ago, short: `3 s`, `12 min`, `4 h`, `2 d`. */
export function age(instant: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - instant) / 1000));
  if (seconds < 3) return word("now");
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}
