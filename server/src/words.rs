//! The server's words for people in the four languages of the API, and their translations (D-39).
//!
//! Whoever says one of these takes it from here, so that what is said is always translated. The
//! page's own words stand in `dashboard/src/words.json`; the page is built from the same file.
//! Sentences with numbers or names in them are not translated: a translation is found by the whole text.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use parabus_core::modbus::ExceptionCode;
use parabus_core::value::Lang;

/// One text in the languages of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word([&'static str; 4]);

impl Word {
    pub const fn text(self, lang: Lang) -> &'static str {
        let Word([en, pl, ru, ua]) = self;
        match lang {
            Lang::En => en,
            Lang::Pl => pl,
            Lang::Ru => ru,
            Lang::Ua => ua,
        }
    }

    /// Errors and logs are in English (seed: Errors).
    pub const fn en(self) -> &'static str {
        self.text(Lang::En)
    }

    /// What core prints for a bit without texts of its own.
    const fn of_bit(bit: bool) -> Word {
        Word([Lang::En.word(bit), Lang::Pl.word(bit), Lang::Ru.word(bit), Lang::Ua.word(bit)])
    }

    /// A device's refusal, by the name that core gives it.
    const fn of_exception(code: ExceptionCode, pl: &'static str, ru: &'static str, ua: &'static str) -> Word {
        Word([code.name(), pl, ru, ua])
    }
}

/// Names each row and lists all.
macro_rules! words {
    ($($name:ident: $word:expr;)+) => {
        $(pub const $name: Word = $word;)+

        /// Every row.
        pub const ALL: &[Word] = &[$($name),+];
    };
}

words! {
    // What `parabus alert test` sends.
    ALERT_TEST: Word(["Test message from Parabus: no alert", "Wiadomość testowa z Parabus: to nie alarm", "Пробное сообщение от Parabus: тревоги нет", "Пробне повідомлення від Parabus: тривоги немає"]);
    // What the next reading of a device waits for.
    POLL_SCHEDULED: Word(["Reading is scheduled", "Odczyt jest zaplanowany", "Чтение запланировано", "Читання заплановано"]);
    POLL_READING: Word(["Currently reading", "Trwa odczyt", "Выполняется чтение", "Виконується читання"]);
    POLL_UNREACHABLE: Word(["Device does not answer", "Urządzenie nie odpowiada", "Устройство не отвечает", "Пристрій не відповідає"]);
    POLL_DISABLED: Word(["Disabled", "Wyłączone", "Отключено", "Вимкнено"]);
    POLL_NEVER: Word(["Nothing is read in the background", "Nic nie jest odczytywane w tle", "Ничего не читается в фоне", "Нічого не читається у фоні"]);

    // Bits.
    FALSE: Word::of_bit(false);
    TRUE: Word::of_bit(true);

    // Levels of alerts.
    LEVEL_NONE: Word(["None", "Brak", "Нет", "Немає"]);
    LEVEL_INFO: Word(["Information", "Informacja", "Информация", "Інформація"]);
    LEVEL_WARNING: Word(["Warning", "Ostrzeżenie", "Предупреждение", "Попередження"]);
    LEVEL_FAILURE: Word(["Failure", "Awaria", "Авария", "Аварія"]);
    LEVEL_CRITICAL: Word(["Critical", "Krytyczny", "Критический", "Критичний"]);

    // What happens to an alert's event (the first as in the seed's log).
    EVENT_STARTED: Word(["Event started.", "Zdarzenie rozpoczęte.", "Событие началось.", "Подія почалася."]);
    EVENT_RESOLVED: Word(["Event resolved.", "Zdarzenie zakończone.", "Событие завершилось.", "Подія завершилася."]);
    EVENT_CONFIRMED: Word(["Event confirmed", "Zdarzenie potwierdzone", "Событие подтверждено", "Подію підтверджено"]);
    EVENT_FLAPPING: Word(["The event starts and ends too often: it stays open until 10 minutes have been quiet.", "Zdarzenie zaczyna się i kończy zbyt często: pozostaje otwarte, aż będzie spokój przez 10 minut.", "Событие начинается и завершается слишком часто: оно открыто, пока не пройдёт 10 спокойных минут.", "Подія починається і завершується надто часто: вона відкрита, доки не мине 10 спокійних хвилин."]);
    EVENT_CLOSED: Word(["Closed: the alert or one of its parameters was deleted.", "Zamknięto: usunięto alert lub jeden z jego parametrów.", "Закрыто: оповещение или один из его параметров удалены.", "Закрито: сповіщення або один із його параметрів видалено."]);
    EVENT_NOTED: Word(["Action: noted in the log.", "Działanie: zapis w dzienniku.", "Действие: запись в журнале.", "Дія: запис у журналі."]);
    EVENT_NOT_CONFIRMED: Word(["Nobody has confirmed the event.", "Nikt nie potwierdził zdarzenia.", "Никто не подтвердил событие.", "Ніхто не підтвердив подію."]);
    READING_ERROR: Word(["reading error", "błąd odczytu", "ошибка чтения", "помилка читання"]);
    BY_EMAIL: Word(["E-mail", "E-mail", "Электронная почта", "Електронна пошта"]);
    BY_SMS: Word(["SMS", "SMS", "СМС", "СМС"]);
    BY_VOICE: Word(["Voice call", "Połączenie głosowe", "Голосовой звонок", "Голосовий дзвінок"]);
    NOT_SENT_SHELVED: Word(["not sent, the alert is shelved until", "nie wysłano, alert jest odłożony do", "не отправлено, оповещение отложено до", "не надіслано, сповіщення відкладено до"]);
    NOT_SENT_NO_ADDRESS: Word(["not sent, the organization has no address of its own for it", "nie wysłano, organizacja nie ma własnego adresu", "не отправлено, у организации нет своего адреса", "не надіслано, організація не має власної адреси"]);
    LATE: Word(["Late by", "Opóźnienie", "С опозданием на", "Із запізненням на"]);
    MESSAGE_WAITING: Word(["waits to be sent", "oczekuje na wysłanie", "ожидает отправки", "очікує надсилання"]);
    MESSAGE_SENT: Word(["sent", "wysłano", "отправлено", "надіслано"]);
    MESSAGE_SUPPRESSED: Word(["not to be sent", "nie do wysłania", "не подлежит отправке", "не підлягає надсиланню"]);
    MESSAGE_FAILED: Word(["could not be sent", "nie udało się wysłać", "не удалось отправить", "не вдалося надіслати"]);
    CONFIRM_HERE: Word(["Confirm that you have seen it", "Potwierdź, że to widzisz", "Подтвердите, что вы это видели", "Підтвердьте, що ви це бачили"]);

    // The page behind a link to confirm.
    CONFIRM_ASK: Word(["Have you seen this event?", "Czy widzisz to zdarzenie?", "Вы видели это событие?", "Ви бачили цю подію?"]);
    CONFIRM_BUTTON: Word(["Confirm", "Potwierdź", "Подтвердить", "Підтвердити"]);
    CONFIRM_DONE: Word(["The event is confirmed.", "Zdarzenie jest potwierdzone.", "Событие подтверждено.", "Подію підтверджено."]);
    CONFIRM_ALREADY: Word(["The event was confirmed before.", "Zdarzenie zostało potwierdzone wcześniej.", "Событие уже было подтверждено.", "Подію вже було підтверджено."]);
    CONFIRM_INVALID: Word(["This link is not valid, or no longer.", "Ten link jest nieważny lub wygasł.", "Эта ссылка недействительна или устарела.", "Це посилання недійсне або застаріло."]);

    // Why there is no reading or no write.
    NET_DISABLED: Word(["the network is disabled", "sieć jest wyłączona", "сеть отключена", "мережу вимкнено"]);
    DEVICE_DISABLED: Word(["the device is disabled", "urządzenie jest wyłączone", "устройство отключено", "пристрій вимкнено"]);
    NOT_PROGRAMMABLE: Word(["the parameter is not programmable", "parametr nie jest programowalny", "параметр не программируется", "параметр не програмується"]);
    TIMEOUT: Word(["Timeout", "Przekroczono czas oczekiwania", "Превышено время ожидания", "Перевищено час очікування"]);
    NO_CONNECTION: Word(["NoConnection", "Brak połączenia", "Нет связи", "Немає зв’язку"]);
    NO_VALUE: Word(["NoValue", "Rejestry nie zawierają wartości", "В регистрах нет значения", "У регістрах немає значення"]);
    EXCEPTION_1: Word::of_exception(ExceptionCode(1), "Niedozwolona funkcja", "Недопустимая функция", "Неприпустима функція");
    EXCEPTION_2: Word::of_exception(ExceptionCode(2), "Niedozwolony adres danych", "Недопустимый адрес данных", "Неприпустима адреса даних");
    EXCEPTION_3: Word::of_exception(ExceptionCode(3), "Niedozwolona wartość danych", "Недопустимое значение данных", "Неприпустиме значення даних");
    EXCEPTION_4: Word::of_exception(ExceptionCode(4), "Błąd urządzenia", "Сбой устройства", "Збій пристрою");
    EXCEPTION_5: Word::of_exception(ExceptionCode(5), "Przyjęto, trwa wykonywanie", "Принято, выполняется", "Прийнято, виконується");
    EXCEPTION_6: Word::of_exception(ExceptionCode(6), "Urządzenie zajęte", "Устройство занято", "Пристрій зайнятий");
    EXCEPTION_8: Word::of_exception(ExceptionCode(8), "Błąd parzystości pamięci", "Ошибка чётности памяти", "Помилка парності пам’яті");
    EXCEPTION_10: Word::of_exception(ExceptionCode(10), "Brama nie ma drogi do urządzenia", "У шлюза нет пути к устройству", "Шлюз не має шляху до пристрою");
    EXCEPTION_11: Word::of_exception(ExceptionCode(11), "Urządzenie za bramą nie odpowiada", "Устройство за шлюзом не отвечает", "Пристрій за шлюзом не відповідає");
    EXCEPTION_OTHER: Word::of_exception(ExceptionCode(0), "Nieznany wyjątek", "Неизвестное исключение", "Невідомий виняток");

    // Why a network is not connected.
    NOT_DIALLED_IN: Word(["the controller has not dialled in", "sterownik nie nawiązał połączenia", "контроллер не выходил на связь", "контролер не виходив на зв’язок"]);
    DIALLED_IN_AGAIN: Word(["the controller dialled in again", "sterownik połączył się ponownie", "контроллер подключился снова", "контролер підключився знову"]);
    NOTHING_ASKED: Word(["nothing was asked of it yet", "nie wysłano jeszcze żadnego zapytania", "запросов ещё не было", "запитів ще не було"]);
    DROPPED: Word(["dropped on request", "rozłączono na żądanie", "разорвано по запросу", "розірвано за запитом"]);
    CLOSED_BY_DEVICE: Word(["the device closed the connection", "urządzenie zamknęło połączenie", "устройство закрыло соединение", "пристрій закрив з’єднання"]);
    CLOSED_BY_CONTROLLER: Word(["the controller closed the connection", "sterownik zamknął połączenie", "контроллер закрыл соединение", "контролер закрив з’єднання"]);
    PORT_GONE: Word(["the port is gone", "port zniknął", "порт пропал", "порт зник"]);
    FRAME_CUT: Word(["a frame was cut short", "ramka została urwana", "кадр оборвался", "кадр обірвався"]);
    NO_LONGER_NEEDED: Word(["no longer needed", "już niepotrzebne", "больше не нужно", "більше не потрібно"]);

    // The seed's example.
    DASHBOARD: Word(["Dashboard", "Pulpit", "Панель", "Панель"]);
    SETTINGS: Word(["Settings", "Ustawienia", "Настройки", "Налаштування"]);

    // Why somebody is not let in.
    KEY_UNKNOWN: Word(["the API key does not exist", "klucz API nie istnieje", "ключ API не существует", "ключ API не існує"]);
    PASSWORD_WRONG: Word(["the API key's password is wrong", "hasło klucza API jest nieprawidłowe", "неверный пароль ключа API", "неправильний пароль ключа API"]);
    LOG_INS_BUSY: Word(["too many log-ins at once, repeat the request later", "zbyt wiele logowań naraz, powtórz żądanie później", "слишком много входов сразу, повторите запрос позже", "забагато входів одразу, повторіть запит пізніше"]);
    SESSION_ENDED: Word(["the token is unknown or its session has ended, log in again", "token jest nieznany lub sesja wygasła, zaloguj się ponownie", "токен неизвестен или сеанс завершён, войдите снова", "токен невідомий або сеанс завершено, увійдіть знову"]);
    SERVER_FAULT: Word(["Internal server error", "Wewnętrzny błąd serwera", "Внутренняя ошибка сервера", "Внутрішня помилка сервера"]);
}

/// The page's words by its own keys.
static PAGE: LazyLock<BTreeMap<String, [String; 4]>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../dashboard/src/words.json")).expect("four languages, as a test has seen")
});

/// Every English text with its row.
static BY_ENGLISH: LazyLock<HashMap<&'static str, [&'static str; 4]>> = LazyLock::new(|| {
    let page = PAGE.values().map(|texts| texts.each_ref().map(String::as_str));
    let rows = ALL.iter().map(|Word(texts)| *texts).chain(page);
    rows.map(|texts| (Word(texts).en(), texts)).collect()
});

/// An English text of the server or the page in another language; any other text as it is.
pub fn translate(text: &str, lang: Lang) -> &str {
    BY_ENGLISH.get(text).map_or(text, |texts| Word(*texts).text(lang))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_has_four_languages() {
        let page = PAGE.values().map(|texts| texts.each_ref().map(String::as_str));
        for texts in ALL.iter().map(|word| word.0).chain(page) {
            assert!(texts.iter().all(|text| !text.is_empty() && text.trim() == *text), "{texts:?}");
            let is_cyrillic = |text: &str| text.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c));
            assert_eq!(texts.map(is_cyrillic), [false, false, true, true], "{texts:?}");
        }
    }

    #[test]
    fn no_row_stands_twice_and_no_text_has_two_translations() {
        let mut seen = BTreeSet::new();
        for word in ALL {
            assert!(seen.insert(word.en()), "`{}` stands twice", word.en());
        }
        let mut of_page = BTreeSet::new();
        for (key, texts) in PAGE.iter() {
            let texts = texts.each_ref().map(String::as_str);
            assert!(of_page.insert(texts[0]), "{key}: `{}` stands twice among the page's words", texts[0]);
            assert_eq!(BY_ENGLISH[texts[0]], texts, "{key}");
        }
        for Word(texts) in ALL {
            assert_eq!(BY_ENGLISH[texts[0]], *texts);
        }
    }

    #[test]
    fn every_refusal_of_a_device_has_its_word() {
        for code in 0..=u8::MAX {
            let name = ExceptionCode(code).name();
            assert!(ALL.iter().any(|word| word.en() == name), "{name}");
        }
    }

    #[test]
    fn a_text_is_found_as_a_whole() {
        assert_eq!(translate("Currently reading", Lang::Ua), "Виконується читання");
        assert_eq!(translate("True", Lang::Ru), "Истина");
        assert_eq!(translate("Overview", Lang::Pl), "Przegląd");
        assert_eq!(translate("Overview", Lang::En), "Overview");
        for unknown in ["overview", "Overview ", "", "Przegląd", "25 °C"] {
            assert_eq!(translate(unknown, Lang::Pl), unknown);
        }
    }
}
