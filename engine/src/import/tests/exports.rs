//! Exports of tools, years and languages that nobody showed us: what must come out of them.

use super::*;

/// A file, and what its first keyword must be: keyword, volume, difficulty, intent if it is stated, cost in cents,
/// market, and position, impressions, clicks.
struct Case {
    name: &'static str,
    text: &'static str,
    keyword: &'static str,
    volume: Option<i64>,
    difficulty: Option<i32>,
    intent: Option<Intent>,
    cents: Option<i64>,
    country: Option<&'static str>,
    console: (Option<i32>, Option<i64>, Option<i64>),
}

const fn case(name: &'static str, text: &'static str, keyword: &'static str) -> Case {
    Case {
        name,
        text,
        keyword,
        volume: None,
        difficulty: None,
        intent: None,
        cents: None,
        country: None,
        console: (None, None, None),
    }
}

impl Case {
    const fn v(mut self, volume: i64) -> Self {
        self.volume = Some(volume);
        self
    }
    const fn d(mut self, difficulty: i32) -> Self {
        self.difficulty = Some(difficulty);
        self
    }
    const fn i(mut self, intent: Intent) -> Self {
        self.intent = Some(intent);
        self
    }
    const fn c(mut self, cents: i64) -> Self {
        self.cents = Some(cents);
        self
    }
    const fn m(mut self, country: &'static str) -> Self {
        self.country = Some(country);
        self
    }
    const fn p(mut self, position: i32) -> Self {
        self.console.0 = Some(position);
        self
    }
    const fn imp(mut self, impressions: i64) -> Self {
        self.console.1 = Some(impressions);
        self
    }
    const fn ic(mut self, impressions: i64, clicks: i64) -> Self {
        self.console.1 = Some(impressions);
        self.console.2 = Some(clicks);
        self
    }
}

use Intent::{Commercial, Informational, Transactional};

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("serpstat.csv", "Keyword,Volume,Volume for exact match,CPC $,Competition in PPC %,Results,Keyword difficulty,Social domains\ncoffee maker,110000,12000,1.45,100,1 200 000,56.4,reddit.com\nmoka pot,22200,900,0.8,99,900,33,\n", "coffee maker").v(110_000).d(56).c(145),
    case("serpstat_domain_keywords_g_us.csv", "Keyword,Domain,URL,Position,Volume,Cost,Competition,Traffic,Difficulty\nmoka pot,shop.com,https://shop.com/moka,4,22200,0.8,99,120,33\nlatte,shop.com,https://shop.com/latte,7,900,0.1,9,20,3\n", "moka pot").v(22_200).d(33).m("us").p(400),
    case("SE Ranking keywords.csv", "\"Keyword\";\"Search vol.\";\"Difficulty\";\"CPC\";\"Competition\";\"Search intent\"\n\"moka pot\";\"22 200\";\"33\";\"0,80\";\"0,99\";\"C\"\n\"latte\";\"1 900\";\"12\";\"0,40\";\"0,10\";\"I\"\n", "moka pot").v(22_200).d(33).i(Commercial).c(80),
    case("seranking_positions.csv", "Keywords,Search volume,Current position,Difference,Landing page,KEI\nmoka pot,22200,5,+2,https://a.com/x,1\nlatte,100,12,-1,https://a.com/y,1\n", "moka pot").v(22_200).p(500),
    case("moz-keyword-suggestions.csv", "Keyword,Min Volume,Max Volume,Difficulty,Organic CTR,Priority,Relevancy\nmoka pot,11501,30300,44,61,52,1\nlatte,201,500,20,50,30,2\n", "moka pot").v(18_668).d(44),
    case("Moz rankings.csv", "Keyword,Search Engine,Rank,Search Volume,Difficulty,URL\nmoka pot,Google en-US,4,11500,44,https://a.com/\nlatte,Google en-US,9,500,20,https://a.com/l\n", "moka pot").v(11_500).d(44).p(400),
    case("kwfinder_moka-pot_United-States.csv", "Keyword,Avg. Search Volume (Last Known 12 Months),Keyword Difficulty,CPC,PPC,Updated\nmoka pot,22200,33,0.80,100,2026-01-01\nlatte,900,12,0.2,5,2026-01-01\n", "moka pot").v(22_200).d(33).c(80),
    case("mangools.csv", "Keyword,Trend,Search,CPC,PPC,KD\nmoka pot,\"1,2,3\",22200,0.80,100,33\nlatte,\"1,2\",900,0.2,5,12\n", "moka pot").v(22_200).d(33).c(80),
    case("keywords-everywhere.csv", "#,Keyword,Vol (Global),Vol,CPC,Comp,Trend\n1,moka pot,90000,22200,$0.80,1,\"1,2\"\n2,latte,9000,900,$0.20,0.5,\n", "moka pot").v(22_200).c(80),
    case("keywords everywhere 2026.csv", "Keyword,Search Volume (United States),Cost Per Click,Competition,1-Year Trend,Jan 2026,Feb 2026\nmoka pot,22200,$0.80,0.99,+10%,20000,24000\nlatte,900,$0.20,0.1,0%,800,1000\n", "moka pot").v(22_200).c(80),
    case("answerthepublic.csv", "Modifier,Modifier Type,Suggestion,Search volume,CPC,Language,Region\nhow,questions,how to clean a moka pot,390,0.10,en,us\nwhich,questions,which moka pot is best,90,0.2,en,us\n", "how to clean a moka pot").v(390).c(10).m("us"),
    case("alsoasked.csv", "Question,Parent Question,Answer\nhow does a moka pot work,moka pot,It boils\nis moka pot coffee strong,moka pot,Yes\n", "how does a moka pot work"),
    case("sistrix_keywords.csv", "Keyword;Suchvolumen;Wettbewerb;CPC;Suchintention;Position;URL\nmokkakanne;12.100;56;0,45 €;Do;3;https://a.de/m\nkaffee;90.500;70;0,80 €;Know;11;https://a.de/k\n", "mokkakanne").v(12_100).i(Transactional).c(45).p(300),
    case("SISTRIX Keyword-Ideen.csv", "Suchbegriff;Suchvolumen pro Monat;Keyword-Wettbewerb;Klickpreis\nmokkakanne;12.100;56;0,45\nkaffee;90.500;70;0,80\n", "mokkakanne").v(12_100).c(45),
    case("xovi.csv", "Keyword;Suchvolumen;Position;Ranking URL;CPC;Mitbewerber\nmokkakanne;12100;3;https://a.de/;0,45;100\nkaffee;90500;4;https://a.de/k;0,8;90\n", "mokkakanne").v(12_100).c(45).p(300),
    case("seobility.csv", "Suchbegriff;Suchvolumen;Aktuelle Position;Veränderung;URL\nmokkakanne;12100;7;+1;https://a.de/\nkaffee;90500;12;-;https://a.de/k\n", "mokkakanne").v(12_100).p(700),
    case("bing-webmaster.csv", "Keyword,Impressions,Clicks,CTR,Avg. Position\nmoka pot,340,12,3.53%,4.2\nlatte,90,0,0%,31\n", "moka pot").p(420).ic(340, 12),
    case("Bing_KeywordResearch.csv", "Keyword,Impressions,Trend\nmoka pot,340,up\nlatte,90,down\n", "moka pot").imp(340),
    case("dataforseo.csv", "keyword,location_code,language_code,search_partners,competition,competition_index,search_volume,low_top_of_page_bid,high_top_of_page_bid,cpc,keyword_difficulty,main_intent\nmoka pot,2840,en,false,HIGH,100,22200,0.2,1.8,0.8,33,commercial\nlatte,2840,en,false,LOW,1,900,0.1,0.2,0.15,5,informational\n", "moka pot").v(22_200).d(33).i(Commercial).c(80),
    case("keyword_data.csv", "keyword_data.keyword,keyword_data.keyword_info.search_volume,keyword_data.keyword_info.cpc,keyword_data.keyword_properties.keyword_difficulty,keyword_data.search_intent_info.main_intent\nmoka pot,22200,0.8,33,commercial\nlatte,900,0.15,5,informational\n", "moka pot").v(22_200).d(33).i(Commercial).c(80),
    case("ubersuggest_palabras.csv", "No,Palabra Clave,Volumen,CPC,Dificultad de Pago,Dificultad SEO\n1,cafetera italiana,33100,\"0,45\",100,39\n2,cafe,90500,\"0,10\",3,60\n", "cafetera italiana").v(33_100).d(39).c(45),
    case("ubersuggest.csv", "No,Keyword,Search Volume,CPC,Paid Difficulty,Search Difficulty\n1,moka pot,22200,0.80,100,33\n2,latte,900,0.20,4,12\n", "moka pot").v(22_200).d(33).c(80),
    case("wordstat.csv", "Запрос;Показов в месяц\nкупить кофе;12 345\nгейзерная кофеварка;9 876\n", "купить кофе").v(12_345),
    case("wordstat_2026.csv", "Фразы со словом «кофе»\tЧисло запросов\nкупить кофе\t12345\nкофе в зернах\t9876\n", "купить кофе").v(12_345),
    case("keycollector.csv", "Фраза;Частотность;Частотность \"!\";Стоимость клика;Сложность\nкупить кофе;12345;900;15,2;44\nкофе;9876;80;3,1;20\n", "купить кофе").v(12_345).d(44).c(1_520),
    case("yandex_webmaster.csv", "Запрос;Показы;Клики;CTR, %;Средняя позиция\nкупить кофе;340;12;3,53;4,2\nкофе;90;0;0;31\n", "купить кофе").p(420).ic(340, 12),
    case("Zapytania.csv", "Najczęstsze zapytania,Kliknięcia,Wyświetlenia,CTR,Pozycja\nkawiarka,12,340,\"3,53%\",\"4,2\"\nkawa,0,90,0%,31\n", "kawiarka").p(420).ic(340, 12),
    case("Consultas.csv", "Principais consultas,Cliques,Impressões,CTR,Posição\ncafeteira italiana,12,340,\"3,53%\",\"4,2\"\ncafé,0,90,0%,31\n", "cafeteira italiana").p(420).ic(340, 12),
    case("クエリ.csv", "上位のクエリ,クリック数,表示回数,CTR,掲載順位\nコーヒーメーカー,12,340,3.53%,4.2\n珈琲,0,90,0%,31\n", "コーヒーメーカー").p(420).ic(340, 12),
    case("查询.csv", "热门查询,点击次数,展示,点击率,排名\n咖啡机,12,340,3.53%,4.2\n咖啡,0,90,0%,31\n", "咖啡机").p(420).ic(340, 12),
    case("검색어.csv", "인기 검색어,클릭수,노출,CTR,게재 순위\n커피 머신,12,340,3.53%,4.2\n커피,0,90,0%,31\n", "커피 머신").p(420).ic(340, 12),
    case("Sorgular.csv", "En çok yapılan sorgular,Tıklamalar,Gösterimler,TO,Konum\nkahve makinesi,12,340,\"%3,53\",\"4,2\"\nkahve,0,90,%0,31\n", "kahve makinesi").p(420).ic(340, 12),
    case("Sökfrågor.csv", "Vanligaste sökfrågor,Klick,Exponeringar,CTR,Position\nkaffebryggare,12,340,\"3,53 %\",\"4,2\"\nkaffe,0,90,0 %,31\n", "kaffebryggare").p(420).ic(340, 12),
    case("Dotazy.csv", "Nejčastější dotazy,Kliknutí,Zobrazení,CTR,Pozice\nkávovar,12,340,\"3,53 %\",\"4,2\"\nkáva,0,90,0 %,31\n", "kávovar").p(420).ic(340, 12),
    case("Zoekopdrachten.csv", "Populairste zoekopdrachten,Klikken,Vertoningen,CTR,Positie\npercolator,12,340,\"3,53%\",\"4,2\"\nkoffie,0,90,0%,31\n", "percolator").p(420).ic(340, 12),
    case("gsc api.csv", "query,page,country,device,clicks,impressions,ctr,position\nmoka pot,https://a.com/,usa,MOBILE,12,340,0.0353,4.2\nlatte,https://a.com/l,usa,DESKTOP,0,90,0,31\n", "moka pot").m("us").p(420).ic(340, 12),
    case("Looker Studio.csv", "Query,Landing Page,Impressions,Url Clicks,URL CTR,Average Position\nmoka pot,https://a.com/,340,12,0.0353,4.2\nlatte,https://a.com/l,90,0,0,31\n", "moka pot").p(420).ic(340, 12),
    case("Stats des mots clés.csv", "Statistiques des mots clés 2026-06-09\n\"1 mai 2025 - 30 avril 2026\"\nMot clé\tDevise\tNombre moyen de recherches mensuelles\tÉvolution sur trois mois\tConcurrence\tConcurrence (valeur indexée)\tEnchère de haut de page (fourchette basse)\tEnchère de haut de page (fourchette haute)\ncafetière italienne\tEUR\t12 100\t0 %\tÉlevé\t100\t0,45\t1,80\ncafé\tEUR\t90 500\t0 %\tFaible\t5\t0,10\t0,90\n", "cafetière italienne").v(12_100).c(45),
    case("Statistiche parole chiave.csv", "Statistiche sulle parole chiave 2026-06-09\n1 maggio 2025 - 30 aprile 2026\nParola chiave\tValuta\tMedia ricerche mensili\tVariazione su tre mesi\tConcorrenza\tConcorrenza (valore indicizzato)\tOfferta per la parte superiore della pagina (fascia bassa)\tOfferta per la parte superiore della pagina (fascia alta)\ncaffettiera\tEUR\t12.100\t0%\tAlta\t100\t0,45\t1,80\ncaffè\tEUR\t90.500\t0%\tBassa\t5\t0,10\t0,90\n", "caffettiera").v(12_100).c(45),
    case("Estatísticas.csv", "Estatísticas de palavras-chave\n1 de maio de 2025 - 30 de abril de 2026\nPalavra-chave\tMoeda\tMédia de pesquisas mensais\tMudança em três meses\tConcorrência\tConcorrência (valor indexado)\tLance na parte superior da página (faixa inferior)\tLance na parte superior da página (faixa superior)\ncafeteira italiana\tBRL\t12.100\t0%\tAlta\t100\t0,45\t1,80\ncafé\tBRL\t90.500\t0%\tBaixa\t5\t0,10\t0,90\n", "cafeteira italiana").v(12_100).c(45),
    case("Keyword-Statistiken.csv", "Keyword-Statistiken 2026-06-09\n1. Mai 2025 – 30. April 2026\nKeyword\tWährung\tDurchschnittliche Suchanfragen pro Monat\tÄnderung der letzten drei Monate\tWettbewerb\tWettbewerb (Indexwert)\tGebot für obere Positionen (unterer Bereich)\tGebot für obere Positionen (oberer Bereich)\nmokkakanne\tEUR\t12.100\t0 %\tHoch\t100\t0,45\t1,80\nkaffee\tEUR\t90.500\t0 %\tGering\t5\t0,10\t0,90\n", "mokkakanne").v(12_100).c(45),
    case("Estadisticas.csv", "Estadísticas de palabras clave\n1 de mayo de 2025 - 30 de abril de 2026\nPalabra clave\tMoneda\tProm. de búsquedas mensuales\tCambio de tres meses\tCompetencia\tCompetencia (valor indexado)\tPuja por la parte superior de la página (intervalo bajo)\tPuja por la parte superior de la página (intervalo alto)\ncafetera italiana\tEUR\t10.000 – 100.000\t0 %\tAlta\t100\t0,45\t1,80\ncafé\tEUR\t1.000 – 10.000\t0 %\tBaja\t5\t0,10\t0,90\n", "cafetera italiana").v(50_000).c(45),
    case("ahrefs_fr.csv", "#;Mot clé;Pays;Difficulté;Volume;CPC;Clics;CPS;Mot clé parent;Dernière mise à jour\n1;cafetière italienne;fr;12;12100;0,45;9000;0,8;cafetière;2026-01-01\n2;café;fr;60;90500;0,1;900;0,1;café;2026-01-01\n", "cafetière italienne").v(12_100).d(12).c(45).m("fr"),
    case("a.com-organic-keywords-subdomains-us_2026-01-01.csv", "Keyword,Country,Location,Entities,SERP features,Volume,KD,CPC,Organic traffic,Current position,Current URL,Updated,Branded,Informational,Commercial\nmoka pot,US,United States,,Snippet,22200,33,0.8,900,4,https://a.com/,2026-01-01,false,false,true\nlatte,US,United States,,,900,5,0.1,3,14,https://a.com/l,2026-01-01,false,true,false\n", "moka pot").v(22_200).d(33).i(Commercial).c(80).m("us").p(400),
    case("semrush Export.csv", "Keyword;Suchabsicht;Volumen;Trend;Keyword-Schwierigkeit;CPC (EUR);Wettbewerbsdichte;SERP-Funktionen;Anzahl Ergebnisse\nmokkakanne;Kommerziell;12100;\"0,5,1\";44;0,45;0,9;Sitelinks;120000\nkaffee;Informativ;90500;1;70;0,8;0,2;;1\n", "mokkakanne").v(12_100).d(44).i(Commercial).c(45),
    case("semrush.csv", "Palabra clave,Intención,Volumen,Tendencia,Dificultad de la palabra clave,CPC (USD),Densidad competitiva,Funciones SERP\ncafetera italiana,Comercial,33100,\"0.5,1\",39,0.45,0.9,\ncafé,Informativa,90500,1,60,0.1,0.2,\n", "cafetera italiana").v(33_100).d(39).i(Commercial).c(45),
    case("semrush_keyword_gap.csv", "Keyword,Intents,a.com,b.com,Volume,Keyword Difficulty,CPC,Competition,Results\nmoka pot,commercial,4,12,22200,33,0.8,0.99,1200\nlatte,informational,0,9,900,5,0.1,0.2,90\n", "moka pot").v(22_200).d(33).i(Commercial).c(80),
    case("spyfu.csv", "Keyword,Monthly Searches (Exact),Ranking Difficulty,Rank,Rank Change,URL,CPC (Exact)\nmoka pot,\"22,200\",33,4,1,https://a.com/,$0.80\nlatte,900,5,14,-,https://a.com/l,$0.10\n", "moka pot").v(22_200).d(33).c(80).p(400),
    case("longtailpro.csv", "Keyword,Avg. Monthly Searches,Suggested Bid,Avg. Keyword Competitiveness,Number of Words\nmoka pot,22200,0.80,33,2\nlatte,900,0.10,5,1\n", "moka pot").v(22_200).c(80),
    case("keywordtool_io.csv", "Keywords,Search Volume,Trend,CPC,Competition\nmoka pot,22200,12%,0.80,99 (High)\nlatte,900,0%,0.10,4 (Low)\n", "moka pot").v(22_200).c(80),
    case("soovle.txt", "moka pot\nlatte\nespresso machine\n", "moka pot"),
    case("wordtracker.csv", "Keyword,Volume,Competition,IAAT,KEI\nmoka pot,22200,33.2,900,5\nlatte,900,1.2,3,1\n", "moka pot").v(22_200),
    case("rank-tracker.csv", "#,Keyword,# of Searches,Google Rank,Google URL Found,Keyword Difficulty\n1,moka pot,22200,4,https://a.com/,33\n2,latte,900,14,https://a.com/l,5\n", "moka pot").v(22_200).d(33).p(400),
    case("accuranker.csv", "Keyword;Search Volume;Rank;Landing Page;Search Intent;AI CTR\nmoka pot;22200;4;https://a.com/;commercial;3\nlatte;900;14;https://a.com/l;informational;1\n", "moka pot").v(22_200).i(Commercial).p(400),
    case("frase.csv", "Query,Monthly Search Volume,SEO Difficulty Score,Search Intent\nmoka pot,22.2K,33,Commercial\nlatte,900,5,Informational\n", "moka pot").v(22_200).d(33).i(Commercial),
    case("lowfruits.csv", "keyword,volume,avg_da,weak_spots,kd,intent,country\nmoka pot,22200,33,4,12,commercial,US\nlatte,900,5,1,3,informational,US\n", "moka pot").v(22_200).d(12).i(Commercial).m("us"),
    case("neilpatel pt.csv", "PALAVRA-CHAVE,VOLUME DE BUSCA,DIFICULDADE DE SEO,CPC\ncafeteira italiana,12100,39,\"R$ 0,45\"\ncafé,90500,60,\"R$ 0,10\"\n", "cafeteira italiana").v(12_100).d(39).c(45).m("pt"),
    case("seozoom.csv", "Parola chiave;Volume di ricerca;Keyword Difficulty;CPC;Posizione;Intento\ncaffettiera;12.100;44;0,45;4;Commerciale\ncaffè;90.500;70;0,10;14;Informativo\n", "caffettiera").v(12_100).d(44).i(Commercial).c(45).p(400),
    case("senuto.csv", "Słowo kluczowe;Średnia mies. liczba wyszukiwań;Trudność;CPC;Pozycja;Adres URL\nkawiarka;12 100;44;0,45 zł;4;https://a.pl/\nkawa;90 500;70;0,10 zł;14;https://a.pl/k\n", "kawiarka").v(12_100).d(44).c(45).p(400),
    case("collabim.csv", "Klíčové slovo;Hledanost;Obtížnost;CPC;Pozice\nkávovar;12100;44;0,45 Kč;4\nkáva;90500;70;0,10 Kč;14\n", "kávovar").v(12_100).d(44).c(45).p(400),
    case("ranktracker_jp.csv", "キーワード,検索ボリューム,キーワード難易度,CPC,検索意図,順位\nコーヒーメーカー,12100,44,0.45,情報収集,4\n珈琲,90500,70,0.10,購入,14\n", "コーヒーメーカー").v(12_100).d(44).c(45).i(Informational).m("jp").p(400),
    case("own list.csv", "Thema,Keyword-Idee,Suchen/Monat,Notiz\nKaffee,mokkakanne kaufen,1.300,gut\nKaffee,kaffee bohnen,2.400,\n", "mokkakanne kaufen").v(1_300),
    case("plan.csv", "Title,Target keyword,Search volume / month,Priority\nHow to brew,moka pot,1300,1\nBest beans,coffee beans,2400,2\n", "moka pot").v(1_300),
    case("Tabelle1.csv", "Nr.;Suchbegriffe;SV;KD\n1;mokkakanne;1300;12\n2;kaffee bohnen;2400;33\n", "mokkakanne").v(1_300).d(12),
];

#[test]
fn exports_of_other_tools_are_read_by_meaning() {
    let mut wrong = Vec::new();
    for case in CASES {
        let rows = match Reader::open(case.text.as_bytes(), case.name, None) {
            Ok(reader) => reader.map(Result::unwrap).collect::<Vec<_>>(),
            Err(error) => {
                wrong.push(format!("{}: {error}", case.name));
                continue;
            }
        };
        let refused = rows.iter().filter(|row| matches!(row, Outcome::Rejected(_))).count();
        let Some(k) = rows.iter().find_map(|row| match row {
            Outcome::Keyword(k) => Some(k),
            _ => None,
        }) else {
            wrong.push(format!("{}: no keyword: {rows:?}", case.name));
            continue;
        };
        let got = (
            k.keyword.as_str(),
            k.volume,
            k.difficulty,
            (!k.intent_guessed).then_some(k.intent),
            k.cpc_cents,
            k.country.as_deref(),
            (k.position_hundredths, k.impressions, k.clicks),
        );
        let want = (
            case.keyword,
            case.volume,
            case.difficulty,
            case.intent,
            case.cents,
            case.country,
            case.console,
        );
        if got != want || refused > 0 {
            wrong.push(format!(
                "{}:\n   got {got:?} and {refused} refused\n  want {want:?}",
                case.name
            ));
        }
    }
    assert!(CASES.len() >= 60, "{} cases", CASES.len());
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_file_that_changes_its_encoding_loses_no_good_row() {
    // UTF-8, then rows of an older program, then UTF-16 that somebody appended.
    let mut bytes = "Keyword,Volume\ncafé crème,10\n".to_owned().into_bytes();
    bytes.extend_from_slice(b"k\xfcche,20\n");
    bytes.extend_from_slice("żółw,30\n".as_bytes());
    let rows = keywords(&bytes, "f.csv");
    let names: Vec<&str> = rows.iter().map(|k| k.keyword.as_str()).collect();
    assert_eq!(names, ["café crème", "küche", "żółw"]);
    // Far behind the part that is looked at first.
    let mut bytes = b"Keyword,Volume\n".to_vec();
    for i in 0..30_000 {
        bytes.extend_from_slice(format!("tea {i},1\n").as_bytes());
    }
    let before = bytes.len();
    bytes.extend(utf16("green tea,5\nred tea,6\n", true, true));
    bytes.extend_from_slice(b"\nblack tea,7\n");
    assert!(before > 256 * 1024);
    let out = read(&bytes, "f.csv");
    let good: Vec<&str> = out
        .iter()
        .filter_map(|o| match o {
            Outcome::Keyword(k) if !k.keyword.starts_with("tea ") => Some(k.keyword.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(good, ["black tea"], "no garbage is taken for a keyword");
    assert!(
        out.iter()
            .any(|o| matches!(o, Outcome::Rejected(r) if r.reason.contains("damaged")))
    );
    // Two exports one after the other: the second header is no keyword.
    let twice = [
        b"\xef\xbb\xbfKeyword,Volume\ntea,1\n".as_slice(),
        b"\xef\xbb\xbfKeyword,Volume\nchai,2\n",
    ]
    .concat();
    let names: Vec<String> = keywords(&twice, "f.csv").into_iter().map(|k| k.keyword).collect();
    assert_eq!(names, ["tea", "chai"]);
}

#[test]
fn the_site_that_ranks_and_the_market_of_a_title_line() {
    let p = look(
        b"Keyword,Position,Volume,URL\nmoka pot,3,100,https://www.rival.com/a\nlatte,4,90,https://www.rival.com/b\n",
        "f.csv",
    );
    assert_eq!((p.domain.as_deref(), p.named), (Some("rival.com"), true));
    let p = look(
        "Bericht vom 1.5.2026\nLand: Deutschland\n\nKeyword;Suchvolumen\ntee;100\n".as_bytes(),
        "f.csv",
    );
    assert_eq!((p.country.as_deref(), p.header_line), (Some("de"), 4));
}
