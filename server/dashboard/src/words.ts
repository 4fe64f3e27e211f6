// The page's own words in the four languages of the API. A word without one of them does not compile.
import type { Lang } from "parabus-wasm";

const order = ["en", "pl", "ru", "ua"] as const satisfies readonly Lang[];
type Texts = readonly [en: string, pl: string, ru: string, ua: string];

const table = {
  overview: ["Overview", "Przegląd", "Обзор", "Огляд"],
  live: ["Live", "Na żywo", "Онлайн", "Онлайн"],
  offline: ["Connection lost", "Brak połączenia", "Нет связи", "Немає зв’язку"],
  offlineMend: ["No live values: the server cannot be reached. The page tries again by itself; check your network if this lasts.", "Brak bieżących wartości: serwer jest nieosiągalny. Strona sama próbuje ponownie; jeśli to potrwa, sprawdź swoją sieć.", "Нет текущих значений: сервер недоступен. Страница повторяет попытки сама; если это продлится, проверьте свою сеть.", "Немає поточних значень: сервер недоступний. Сторінка повторює спроби сама; якщо це триватиме, перевірте свою мережу."],
  logIn: ["Log in", "Zaloguj się", "Войти", "Увійти"],
  logOut: ["Log out", "Wyloguj", "Выйти", "Вийти"],
  apiKey: ["API key", "Klucz API", "Ключ API", "Ключ API"],
  password: ["Password", "Hasło", "Пароль", "Пароль"],
  welcome: ["Sign in to your plant", "Zaloguj się do instalacji", "Вход в систему", "Вхід до системи"],
  skip: ["Skip to the content", "Przejdź do treści", "Перейти к содержанию", "Перейти до вмісту"],
  organization: ["Organization", "Organizacja", "Организация", "Організація"],
  chooseOrganization: ["Choose an organization", "Wybierz organizację", "Выберите организацию", "Виберіть організацію"],
  noOrganization: ["This key belongs to no organization. Ask an owner to give your user a role in the plant file.", "Ten klucz nie należy do żadnej organizacji. Poproś właściciela o rolę w pliku instalacji.", "Этот ключ не относится ни к одной организации. Попросите владельца дать вам роль в файле установки.", "Цей ключ не належить до жодної організації. Попросіть власника надати вам роль у файлі установки."],
  parameter: ["Parameter", "Parametr", "Параметр", "Параметр"],
  value: ["Value", "Wartość", "Значение", "Значення"],
  age: ["Age", "Wiek", "Возраст", "Вік"],
  span: ["Period", "Okres", "Период", "Період"],
  lowest: ["Lowest", "Najniższa", "Наименьшее", "Найменше"],
  highest: ["Highest", "Najwyższa", "Наибольшее", "Найбільше"],
  firstOfEach: ["the first reading of every {}", "pierwszy odczyt z każdych {}", "первое показание за каждые {}", "перше показання за кожні {}"],
  noReadings: ["no readings", "brak odczytów", "нет показаний", "немає показань"],
  noCurve: ["A text has no curve.", "Tekst nie ma krzywej.", "У текста нет кривой.", "Текст не має кривої."],
  curve: ["Curve", "Krzywa", "Кривая", "Крива"],
  curveKeys: ["Arrow keys go from reading to reading.", "Strzałki prowadzą od odczytu do odczytu.", "Стрелки ведут от показания к показанию.", "Стрілки ведуть від показання до показання."],
  asTable: ["As a table", "Jako tabela", "Таблицей", "Таблицею"],
  time: ["Time", "Czas", "Время", "Час"],
  comparison: ["Comparison", "Porównanie", "Сравнение", "Порівняння"],
  points: ["Points", "Punkty", "Точек", "Точок"],
  alerts: ["Alerts", "Alarmy", "Оповещения", "Сповіщення"],
  activeEvents: ["Active events", "Trwające zdarzenia", "Текущие события", "Поточні події"],
  noEvents: ["No event is active.", "Nie trwa żadne zdarzenie.", "Текущих событий нет.", "Поточних подій немає."],
  noAlerts: ["There is no alert yet.", "Nie ma jeszcze żadnego alarmu.", "Оповещений ещё нет.", "Сповіщень ще немає."],
  newAlert: ["New alert", "Nowy alarm", "Новое оповещение", "Нове сповіщення"],
  edit: ["Edit", "Edytuj", "Изменить", "Змінити"],
  log: ["Log", "Dziennik", "Журнал", "Журнал"],
  noRecords: ["Nothing stands in the log.", "Dziennik jest pusty.", "Журнал пуст.", "Журнал порожній."],
  allNetworks: ["All networks", "Wszystkie sieci", "Все сети", "Усі мережі"],
  page: ["Page", "Strona", "Страница", "Сторінка"],
  former: ["Newer", "Nowsze", "Новее", "Новіші"],
  further: ["Older", "Starsze", "Старее", "Старіші"],
  details: ["Details", "Szczegóły", "Подробности", "Подробиці"],
  started: ["Started", "Początek", "Начало", "Початок"],
  ended: ["Ended", "Koniec", "Конец", "Кінець"],
  event: ["Event", "Zdarzenie", "Событие", "Подія"],
  level: ["Level", "Poziom", "Уровень", "Рівень"],
  levelNone: ["Not logged", "Bez wpisu", "Без записи", "Без запису"],
  levelInfo: ["Information", "Informacja", "Информация", "Інформація"],
  levelWarning: ["Warning", "Ostrzeżenie", "Предупреждение", "Попередження"],
  levelFailure: ["Failure", "Awaria", "Авария", "Аварія"],
  levelCritical: ["Critical", "Krytyczny", "Критический", "Критичний"],
  active: ["Active", "Trwa", "Активно", "Активна"],
  activeSince: ["active since", "trwa od", "активно с", "активна з"],
  quietNow: ["Quiet", "Spokój", "Спокойно", "Спокійно"],
  confirmed: ["Confirmed", "Potwierdzone", "Подтверждено", "Підтверджено"],
  resolved: ["Resolved", "Zakończone", "Завершено", "Завершено"],
  confirmEvent: ["Confirm", "Potwierdź", "Подтвердить", "Підтвердити"],
  shelve: ["Hold messages back", "Wstrzymaj wiadomości", "Приостановить сообщения", "Призупинити повідомлення"],
  unshelve: ["Send messages again", "Wznów wiadomości", "Возобновить сообщения", "Відновити повідомлення"],
  shelveHint: ["Events still stand in the log; nobody is told of them until then.", "Zdarzenia nadal będą w dzienniku; do tego czasu nikt nie dostanie wiadomości.", "События остаются в журнале; до этого времени никому не сообщается.", "Події лишаються в журналі; до цього часу нікого не сповіщають."],
  shelfTime: ["For how long", "Na jak długo", "На какое время", "На який час"],
  reasonWhy: ["Why", "Dlaczego", "Почему", "Чому"],
  shelvedUntil: ["Messages are held back until", "Wiadomości wstrzymane do", "Сообщения приостановлены до", "Повідомлення призупинено до"],
  conditions: ["Conditions", "Warunki", "Условия", "Умови"],
  holdsNow: ["Now", "Teraz", "Сейчас", "Зараз"],
  holds: ["holds", "spełniony", "выполняется", "виконується"],
  holdsNot: ["does not hold", "niespełniony", "не выполняется", "не виконується"],
  unknown: ["not known", "nieznany", "неизвестно", "невідомо"],
  name: ["Name", "Nazwa", "Название", "Назва"],
  description: ["Description", "Opis", "Описание", "Опис"],
  when: ["It begins when", "Zaczyna się, gdy", "Начинается, когда", "Починається, коли"],
  logicAll: ["all conditions hold", "wszystkie warunki są spełnione", "выполняются все условия", "виконуються всі умови"],
  logicAny: ["any condition holds", "spełniony jest dowolny warunek", "выполняется любое условие", "виконується будь-яка умова"],
  readingError: ["cannot be read", "nie daje się odczytać", "не читается", "не читається"],
  addCondition: ["Add a condition", "Dodaj warunek", "Добавить условие", "Додати умову"],
  actions: ["Who is told", "Kto się dowie", "Кому сообщить", "Кого сповістити"],
  nobodyTold: ["Nobody is told; it stands in the log alone.", "Nikt nie dostanie wiadomości; będzie tylko wpis w dzienniku.", "Никому не сообщается, только запись в журнале.", "Нікого не сповіщають, лише запис у журналі."],
  addAction: ["Add a message", "Dodaj wiadomość", "Добавить сообщение", "Додати повідомлення"],
  whenSent: ["When", "Kiedy", "Когда", "Коли"],
  afterMinutes: ["after minutes", "po minutach", "через минут", "через хвилин"],
  atStart: ["from its start", "od początku", "от начала", "від початку"],
  ifNotConfirmed: ["if nobody confirmed", "gdy nikt nie potwierdził", "если не подтверждено", "якщо не підтверджено"],
  onceConfirmed: ["once confirmed", "po potwierdzeniu", "после подтверждения", "після підтвердження"],
  onceResolved: ["once resolved", "po zakończeniu", "после завершения", "після завершення"],
  way: ["By", "Jak", "Способ", "Спосіб"],
  byEmail: ["e-mail", "e-mail", "эл. почта", "ел. пошта"],
  bySms: ["SMS", "SMS", "SMS", "SMS"],
  byVoice: ["phone call", "telefon", "звонок", "дзвінок"],
  byLog: ["log only", "tylko dziennik", "только журнал", "лише журнал"],
  recipient: ["To", "Do", "Кому", "Кому"],
  recipientHint: ["- is the organization's own address", "- to adres organizacji", "- это адрес организации", "- це адреса організації"],
  remove: ["Remove", "Usuń", "Убрать", "Прибрати"],
  preview: ["What it would have done in the last 30 days", "Co zrobiłby w ostatnich 30 dniach", "Что было бы за последние 30 дней", "Що було б за останні 30 днів"],
  previewHint: ["Tried on the readings that are stored, before it is switched on; as if nobody had confirmed.", "Na zapisanych odczytach, zanim zostanie włączony; tak, jakby nikt nie potwierdził.", "По сохранённым показаниям, до включения; как если бы никто не подтверждал.", "За збереженими показаннями, до ввімкнення; так, наче ніхто не підтверджував."],
  tryIt: ["Try it", "Wypróbuj", "Проверить", "Перевірити"],
  trying: ["Reading the history…", "Czytanie historii…", "Чтение истории…", "Читання історії…"],
  eventCount: ["Events", "Zdarzenia", "Событий", "Подій"],
  totalTime: ["Active in all", "Trwałyby łącznie", "Активно всего", "Активно загалом"],
  longest: ["Longest", "Najdłuższe", "Самое долгое", "Найдовша"],
  messages: ["Messages", "Wiadomości", "Сообщений", "Повідомлень"],
  flapping: ["Too often", "Zbyt często", "Слишком часто", "Занадто часто"],
  smsPrice: ["Price of one SMS", "Cena jednego SMS", "Цена одного SMS", "Ціна одного SMS"],
  smsCost: ["Cost of SMS", "Koszt SMS", "Стоимость SMS", "Вартість SMS"],
  basedOn: ["Readings used: {}", "Użyte odczyty: {}", "Использовано показаний: {}", "Використано показань: {}"],
  firstOfStep: ["the first of every {}", "pierwszy z każdych {}", "первое за каждые {}", "перше за кожні {}"],
  noHistory: ["Nothing is stored of these parameters yet.", "Nie ma jeszcze zapisanych odczytów tych parametrów.", "Показаний этих параметров ещё нет.", "Показань цих параметрів ще немає."],
  stillActive: ["still active", "nadal trwa", "ещё активно", "ще активна"],
  switchOn: ["Save and switch on", "Zapisz i włącz", "Сохранить и включить", "Зберегти й увімкнути"],
  correctRule: ["Not saved. Correct what is said beside the fields.", "Nie zapisano. Popraw to, co napisano przy polach.", "Не сохранено. Исправьте то, что указано у полей.", "Не збережено. Виправте те, що вказано біля полів."],
  needsValue: ["Choose a parameter and give a number.", "Wybierz parametr i podaj liczbę.", "Выберите параметр и укажите число.", "Виберіть параметр і вкажіть число."],
  write: ["Write", "Zapisz", "Записать", "Записати"],
  writable: ["Can be written", "Można zapisać", "Можно изменить", "Можна змінити"],
  newValue: ["New value", "Nowa wartość", "Новое значение", "Нове значення"],
  oldValue: ["Present value", "Obecna wartość", "Текущее значение", "Поточне значення"],
  written: ["Written", "Zapisano", "Записано", "Записано"],
  confirmWrite: ["Write to the device?", "Zapisać do urządzenia?", "Записать в устройство?", "Записати в пристрій?"],
  notWritten: ["Not written", "Nie zapisano", "Не записано", "Не записано"],
  correctValue: ["Correct the value and write again.", "Popraw wartość i zapisz ponownie.", "Исправьте значение и запишите снова.", "Виправте значення та запишіть знову."],
  cancel: ["Cancel", "Anuluj", "Отмена", "Скасувати"],
  close: ["Close", "Zamknij", "Закрыть", "Закрити"],
  save: ["Save", "Zapisz", "Сохранить", "Зберегти"],
  saved: ["Saved", "Zapisano", "Сохранено", "Збережено"],
  never: ["no reading yet", "brak odczytu", "ещё нет данных", "ще немає даних"],
  now: ["now", "teraz", "сейчас", "зараз"],
  other: ["Other", "Inne", "Прочее", "Інше"],
  scheduled: ["Running", "Działa", "Работает", "Працює"],
  reading: ["Running", "Działa", "Работает", "Працює"],
  unreachable: ["No answer", "Brak odpowiedzi", "Не отвечает", "Не відповідає"],
  disabled: ["Disabled", "Wyłączone", "Отключено", "Вимкнено"],
  silentFor: ["silent for", "milczy od", "молчит", "мовчить"],
  lastRead: ["Last read", "Ostatni odczyt", "Последнее чтение", "Останнє читання"],
  nextRead: ["Next", "Następny", "Следующее", "Наступне"],
  inTime: ["in", "za", "через", "через"],
  ago: ["{} ago", "{} temu", "{} назад", "{} тому"],
  failedNow: ["The last reading failed", "Ostatni odczyt nie powiódł się", "Последнее чтение не удалось", "Останнє читання не вдалося"],
  networks: ["Networks", "Sieci", "Сети", "Мережі"],
  network: ["Network", "Sieć", "Сеть", "Мережа"],
  devices: ["Devices", "Urządzenia", "Устройства", "Пристрої"],
  device: ["Device", "Urządzenie", "Устройство", "Пристрій"],
  state: ["State", "Stan", "Состояние", "Стан"],
  address: ["Address", "Adres", "Адрес", "Адреса"],
  unitId: ["Unit", "Jednostka", "Адрес в сети", "Адреса в мережі"],
  connected: ["Connected", "Połączono", "Соединение есть", "З’єднання є"],
  connectedSince: ["Connected since", "Połączono od", "Соединение с", "З’єднання з"],
  disconnected: ["Not connected", "Brak połączenia", "Нет соединения", "Немає з’єднання"],
  lastSeen: ["last seen", "ostatnio widziano", "последний раз", "останній раз"],
  reason: ["reason", "przyczyna", "причина", "причина"],
  disabledOn: ["Disabled on", "Wyłączono", "Отключено", "Вимкнено"],
  enable: ["Enable", "Włącz", "Включить", "Увімкнути"],
  disable: ["Disable", "Wyłącz", "Отключить", "Вимкнути"],
  confirmDisable: ["Stop reading? Alarms and reports get no data until it is enabled again.", "Zatrzymać odczyt? Alarmy i raporty nie dostaną danych, dopóki nie zostanie włączony.", "Остановить чтение? Тревоги и отчёты не получат данных, пока его не включат.", "Зупинити читання? Тривоги та звіти не отримають даних, доки його не ввімкнуть."],
  confirmEnable: ["Start reading again?", "Wznowić odczyt?", "Возобновить чтение?", "Відновити читання?"],
  reconnect: ["Reconnect", "Połącz ponownie", "Соединить заново", "З’єднати знову"],
  confirmReconnect: ["Close the connection and open it anew?", "Zamknąć połączenie i otworzyć je na nowo?", "Закрыть соединение и открыть его заново?", "Закрити з’єднання та відкрити його знову?"],
  answering: ["devices answer", "urządzeń odpowiada", "устройств отвечают", "пристроїв відповідають"],
  attention: ["Needs attention", "Wymaga uwagi", "Требует внимания", "Потребує уваги"],
  allWell: ["Every device answers", "Wszystkie urządzenia odpowiadają", "Все устройства отвечают", "Усі пристрої відповідають"],
  widgets: ["Widgets", "Kafelki", "Показатели", "Показники"],
  chooseWidgets: ["Choose widgets", "Wybierz kafelki", "Выбрать показатели", "Вибрати показники"],
  shownWidgets: ["On the dashboard", "Na pulpicie", "На панели", "На панелі"],
  addWidget: ["Add", "Dodaj", "Добавить", "Додати"],
  removeWidget: ["Remove", "Usuń", "Убрать", "Прибрати"],
  moveUp: ["Move up", "W górę", "Выше", "Вище"],
  moveDown: ["Move down", "W dół", "Ниже", "Нижче"],
  find: ["Find a parameter", "Szukaj parametru", "Найти параметр", "Знайти параметр"],
  noWidgets: ["Nothing was chosen for the dashboard yet.", "Nic jeszcze nie wybrano na pulpit.", "Для панели ещё ничего не выбрано.", "Для панелі ще нічого не вибрано."],
  askManager: ["A manager can choose what stands here.", "Kierownik może wybrać, co tu widać.", "Менеджер может выбрать, что здесь показано.", "Менеджер може вибрати, що тут показано."],
  visualizations: ["Visualizations", "Wizualizacje", "Визуализации", "Візуалізації"],
  visWrote: ["The visualization wrote", "Wizualizacja zapisała", "Визуализация записала", "Візуалізація записала"],
  notDone: ["Not done", "Nie wykonano", "Не выполнено", "Не виконано"],
  visStopped: ["This visualization was stopped: it asked far too often. Reload the page to start it again.", "Wizualizacja zatrzymana: pytała zbyt często. Odśwież stronę, aby ją uruchomić.", "Визуализация остановлена: она обращалась слишком часто. Обновите страницу, чтобы запустить её снова.", "Візуалізацію зупинено: вона зверталася надто часто. Оновіть сторінку, щоб запустити її знову."],
  editText: ["Edit the text", "Edytuj tekst", "Изменить текст", "Змінити текст"],
  refresh: ["Refresh", "Odśwież", "Обновить", "Оновити"],
  notFound: ["Not found", "Nie znaleziono", "Не найдено", "Не знайдено"],
  gone: ["This does not exist, or your role may not see it. Go back to the overview.", "To nie istnieje albo Twoja rola tego nie widzi. Wróć do przeglądu.", "Этого нет, или ваша роль этого не видит. Вернитесь к обзору.", "Цього немає, або ваша роль цього не бачить. Поверніться до огляду."],
  loading: ["Loading…", "Wczytywanie…", "Загрузка…", "Завантаження…"],
  language: ["Language", "Język", "Язык", "Мова"],
  apiPage: ["API", "API", "API", "API"],
  errorReach: ["The server cannot be reached. Check your network and try again.", "Serwer jest nieosiągalny. Sprawdź sieć i spróbuj ponownie.", "Сервер недоступен. Проверьте сеть и повторите.", "Сервер недоступний. Перевірте мережу та повторіть."],
  errorKey: ["API key or password is wrong. Check both; caps lock may be on.", "Klucz API lub hasło jest nieprawidłowe. Sprawdź oba; może być włączony Caps Lock.", "Неверный ключ API или пароль. Проверьте оба; возможно, включён Caps Lock.", "Невірний ключ API або пароль. Перевірте обидва; можливо, увімкнено Caps Lock."],
  errorKeyShape: ["An API key looks like 513cf747-eb5c-4d5f-931f-d22c9872c73c. Copy it whole.", "Klucz API wygląda tak: 513cf747-eb5c-4d5f-931f-d22c9872c73c. Skopiuj go w całości.", "Ключ API выглядит так: 513cf747-eb5c-4d5f-931f-d22c9872c73c. Скопируйте его целиком.", "Ключ API виглядає так: 513cf747-eb5c-4d5f-931f-d22c9872c73c. Скопіюйте його повністю."],
  errorRole: ["Your role does not allow this. Ask a manager of the organization.", "Twoja rola na to nie pozwala. Zapytaj kierownika organizacji.", "Ваша роль этого не позволяет. Обратитесь к менеджеру организации.", "Ваша роль цього не дозволяє. Зверніться до менеджера організації."],
  errorQuota: ["Too many requests. Wait a few seconds and try again.", "Zbyt wiele żądań. Odczekaj kilka sekund i spróbuj ponownie.", "Слишком много запросов. Подождите несколько секунд и повторите.", "Забагато запитів. Зачекайте кілька секунд і повторіть."],
  errorServer: ["The server failed. Try again; its log says why.", "Błąd serwera. Spróbuj ponownie; przyczyna jest w jego dzienniku.", "Сбой сервера. Повторите; причина в его журнале.", "Збій сервера. Повторіть; причина в його журналі."],
  readings: ["Readings", "Odczyty", "Показания", "Показання"],
  chooseCurves: ["Choose parameters to see their curves in one picture.", "Wybierz parametry, aby zobaczyć ich krzywe na jednym wykresie.", "Выберите параметры, чтобы увидеть их кривые на одном графике.", "Виберіть параметри, щоб побачити їхні криві на одному графіку."],
  dragToZoom: ["Drag over the curves to look at a part of them; a double click leads back.", "Przeciągnij po krzywych, aby obejrzeć ich część; podwójne kliknięcie prowadzi z powrotem.", "Проведите по кривым, чтобы рассмотреть их часть; двойной щелчок возвращает назад.", "Проведіть по кривих, щоб роздивитися їх частину; подвійне клацання повертає назад."],
  newestRows: ["The newest {} rows; a file has all of them.", "Najnowsze wiersze: {}; plik zawiera wszystkie.", "Последние строки: {}; в файле есть все.", "Останні рядки: {}; у файлі є всі."],
  compareMore: ["Compare with others", "Porównaj z innymi", "Сравнить с другими", "Порівняти з іншими"],
  closer: ["Closer", "Przybliż", "Ближе", "Ближче"],
  wholeSpan: ["Whole span", "Cały zakres", "Весь период", "Увесь період"],
  energy: ["Energy", "Energia", "Энергия", "Енергія"],
  energyTree: ["Energy tree", "Drzewo energii", "Дерево энергии", "Дерево енергії"],
  branch: ["Branch", "Gałąź", "Ветвь", "Гілка"],
  powerNow: ["Power now", "Moc teraz", "Мощность сейчас", "Потужність зараз"],
  lastDay: ["Last 24 h", "Ostatnie 24 h", "За 24 ч", "За 24 год"],
  lastWeek: ["Last 7 days", "Ostatnie 7 dni", "За 7 дней", "За 7 днів"],
  lastMonth: ["Last 30 days", "Ostatnie 30 dni", "За 30 дней", "За 30 днів"],
  share: ["Share", "Udział", "Доля", "Частка"],
  cost: ["Cost", "Koszt", "Стоимость", "Вартість"],
  before: ["before", "wcześniej", "до этого", "до цього"],
  upTo: ["Readings up to", "Odczyty do", "Данные до", "Дані до"],
  fold: ["Fold", "Zwiń", "Свернуть", "Згорнути"],
  unfold: ["Unfold", "Rozwiń", "Развернуть", "Розгорнути"],
  reports: ["Reports", "Raporty", "Отчёты", "Звіти"],
  report: ["Report", "Raport", "Отчёт", "Звіт"],
  from: ["From", "Od", "С", "З"],
  till: ["Up to and with", "Do włącznie", "По", "По"],
  cutBy: ["By", "Co", "По", "По"],
  byHalfHour: ["half-hours", "pół godziny", "полчаса", "півгодини"],
  byHour: ["hours", "godzinę", "часам", "годинах"],
  byDay: ["days", "dzień", "дням", "днях"],
  today: ["Today", "Dzisiaj", "Сегодня", "Сьогодні"],
  yesterday: ["Yesterday", "Wczoraj", "Вчера", "Вчора"],
  thisWeek: ["This week", "Ten tydzień", "Эта неделя", "Цей тиждень"],
  thisMonth: ["This month", "Ten miesiąc", "Этот месяц", "Цей місяць"],
  formerMonth: ["Last month", "Zeszły miesiąc", "Прошлый месяц", "Минулий місяць"],
  formerRange: ["Period before", "Poprzedni okres", "Предыдущий период", "Попередній період"],
  total: ["Total", "Razem", "Итого", "Разом"],
  difference: ["Difference", "Różnica", "Разница", "Різниця"],
  nothingCounted: ["Nothing was counted in this range.", "W tym zakresie nic nie zliczono.", "За этот период ничего не учтено.", "За цей період нічого не обліковано."],
  noTrees: ["There is no energy tree yet.", "Nie ma jeszcze drzewa energii.", "Дерева энергии ещё нет.", "Дерева енергії ще немає."],
  noReports: ["There is no report yet.", "Nie ma jeszcze raportu.", "Отчётов ещё нет.", "Звітів ще немає."],
  csv: ["Save as CSV", "Zapisz jako CSV", "Сохранить как CSV", "Зберегти як CSV"],
  xlsx: ["Save as XLSX", "Zapisz jako XLSX", "Сохранить как XLSX", "Зберегти як XLSX"],
  second: ["s", "s", "с", "с"],
  minute: ["min", "min", "мин", "хв"],
  hour: ["h", "h", "ч", "год"],
  day: ["d", "d", "д", "д"],
} satisfies Record<string, Texts>;

export type Word = keyof typeof table;

const roles: Record<string, Texts> = {
  owner: ["Owner", "Właściciel", "Владелец", "Власник"],
  manager: ["Manager", "Kierownik", "Менеджер", "Менеджер"],
  "technical-manager": ["Technical manager", "Kierownik techniczny", "Технический менеджер", "Технічний менеджер"],
  operator: ["Operator", "Operator", "Оператор", "Оператор"],
  viewer: ["Viewer", "Obserwator", "Наблюдатель", "Спостерігач"],
  "monitor-operator": ["Monitor, may write", "Monitor z prawem zapisu", "Монитор с правом записи", "Монітор із правом запису"],
  "monitor-viewer": ["Monitor", "Monitor", "Монитор", "Монітор"],
  "monitor-no-params": ["Monitor without values", "Monitor bez wartości", "Монитор без значений", "Монітор без значень"],
};

const known = (code: string | null): Lang | undefined => order.find((each) => each === code);
// Ukrainian is `uk` to browsers.
const ofBrowser = (): Lang | undefined => navigator.languages.map((tag) => known(tag.slice(0, 2).replace("uk", "ua"))).find((each) => each !== undefined);

let lang: Lang = known(localStorage.getItem("lang")) ?? ofBrowser() ?? "en";

export const languages: [Lang, string][] = [["en", "English"], ["pl", "Polski"], ["ru", "Русский"], ["ua", "Українська"]];
export const currentLang = (): Lang => lang;
export const currentLocale = (): string => ({ en: "en-GB", pl: "pl", ru: "ru", ua: "uk" })[lang];

export function setLang(next: string): void {
  lang = known(next) ?? lang;
  localStorage.setItem("lang", lang);
  showLang();
}

export function showLang(): void {
  document.documentElement.lang = lang === "ua" ? "uk" : lang;
}

export const word = (key: Word): string => table[key][order.indexOf(lang) as 0 | 1 | 2 | 3];

export const roleName = (role: string): string => roles[role]?.[order.indexOf(lang) as 0 | 1 | 2 | 3] ?? role;

/** A length of time, short: `3 s`, `12 min`, `4 h`, `2 d`. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} ${word("second")}`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} ${word("minute")}`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} ${word("hour")}` : `${Math.round(seconds / 86400)} ${word("day")}`;
}

/** How long ago. */
export function age(instant: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - instant) / 1000));
  return seconds < 3 ? word("now") : span(seconds);
}

/** How long until then; `now` if it is over. */
export function until(instant: number, now: number): string {
  const seconds = Math.round((instant - now) / 1000);
  return seconds < 1 ? word("now") : `${word("inTime")} ${span(seconds)}`;
}

/** `4 min ago`. */
export function ago(instant: number, now: number): string {
  const text = age(instant, now);
  return text === word("now") ? text : word("ago").replace("{}", text);
}

/** A date and time of this place. */
export const moment = (instant: number): string => new Intl.DateTimeFormat(currentLocale(), { dateStyle: "medium", timeStyle: "medium" }).format(instant);
