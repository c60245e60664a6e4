//! The table of calls.

use std::collections::HashMap;

use serde_json::Value;

/// Which door a call goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    Rest,
    Function,
    Page,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    /// As a plain form sends it.
    Form,
    /// A file.
    File,
    Nothing,
}

/// One call: a route or function, which ids it names, what it sends.
#[derive(Clone)]
pub struct Call {
    pub door: Door,
    /// `GET /path/{id}/` as the document has it, or `fn name`.
    pub name: &'static str,
    /// What the placeholders of the path stand for, and the query.
    path: &'static str,
    body: &'static str,
    format: Format,
    /// Takes something away that the next caller needs.
    pub spoils: bool,
    /// Names something of the account as a whole, which colleagues without a grant may know.
    pub shared: bool,
}

impl Call {
    fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    fn spoils(mut self) -> Self {
        self.spoils = true;
        self
    }

    fn form(mut self) -> Self {
        self.format = Format::Form;
        self
    }

    fn file(mut self) -> Self {
        self.format = Format::File;
        self
    }

    /// Somebody must be known to be let in; the document says so of the others.
    pub fn needs_account(&self) -> bool {
        let document = server::api::document();
        let (method, path) = self.name.split_once(' ').unwrap();
        document["paths"][path][method.to_lowercase()]["security"].is_null()
    }

    /// Names something of somebody.
    pub fn has_ids(&self) -> bool {
        let text = format!("{}{}", self.path, self.body);
        text.replace("$unique", "").replace("$password", "").contains('$')
    }

    /// The path with its ids.
    pub fn path(&self, template: &str, ids: &HashMap<&'static str, String>) -> String {
        let (names, query) = self
            .path
            .split_once('?')
            .map_or((self.path, None), |(names, query)| (names, Some(query)));
        let mut path = String::new();
        let mut names = names.split_whitespace();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            path.push_str(&fill(names.next().expect("an id for each placeholder"), ids));
            rest = after.split_once('}').unwrap().1;
        }
        path.push_str(rest);
        match query {
            Some(query) => format!("{path}?{}", fill(query, ids)),
            None => path,
        }
    }

    pub fn body(
        &self,
        request: reqwest::RequestBuilder,
        ids: &HashMap<&'static str, String>,
    ) -> reqwest::RequestBuilder {
        let text = fill(self.body, ids);
        match self.format {
            Format::Nothing => request,
            Format::Json => request.header("content-type", "application/json").body(text),
            Format::Form => {
                let fields: HashMap<String, Value> = serde_json::from_str(&text).unwrap();
                let fields: Vec<(String, String)> = fields
                    .into_iter()
                    .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                    .collect();
                request.form(&fields)
            }
            Format::File => {
                let part = |bytes: &'static str| reqwest::multipart::Part::text(bytes).file_name("a.csv");
                let form = reqwest::multipart::Form::new().text("sector_id", fill("$sector", ids));
                // The interface names the part `file`, the page's own upload `chunk`.
                request.multipart(if self.door == Door::Rest {
                    form.part("file", part("keyword\nmoka pot\n"))
                } else {
                    form.part("chunk", part("keyword\nmo"))
                })
            }
        }
    }
}

/// A text with `$names` replaced, the longest names first.
fn fill(text: &str, ids: &HashMap<&'static str, String>) -> String {
    let mut names: Vec<&&str> = ids.keys().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut text = text.to_owned();
    for name in names {
        text = text.replace(&format!("${name}"), &ids[*name]);
    }
    assert!(!text.contains('$'), "an id is not known: {text}");
    text
}

fn rest(name: &'static str, path: &'static str, body: &'static str) -> Call {
    Call {
        door: Door::Rest,
        name,
        path,
        body,
        format: if body.is_empty() { Format::Nothing } else { Format::Json },
        spoils: false,
        shared: false,
    }
}

fn function(name: &'static str, body: &'static str) -> Call {
    Call {
        door: Door::Function,
        name,
        path: "",
        body,
        format: Format::Json,
        spoils: false,
        shared: false,
    }
}

fn file(name: &'static str, path: &'static str) -> Call {
    Call {
        door: Door::Page,
        ..rest(name, path, "")
    }
}

pub fn all() -> Vec<Call> {
    vec![
        // Signing in, oneself.
        rest(
            "POST /api/v1/auth/register/",
            "",
            r#"{"email":"r-$unique@example.org","password":"correct horse battery"}"#,
        ),
        rest(
            "POST /api/v1/auth/login/",
            "",
            r#"{"email":"bob@example.com","password":"correct horse battery"}"#,
        ),
        rest("POST /api/v1/auth/refresh/", "", r#"{"refresh":"x"}"#),
        rest("POST /api/v1/auth/logout/", "", r#"{"refresh":"x"}"#),
        rest(
            "POST /api/v1/auth/forgot_password/",
            "",
            r#"{"email":"nobody@example.org"}"#,
        ),
        rest(
            "POST /api/v1/auth/reset_password/",
            "",
            r#"{"token":"x","password":"correct horse battery"}"#,
        ),
        rest("POST /api/v1/auth/confirm_email/", "", r#"{"token":"x"}"#),
        rest("GET /api/v1/auth/me/", "", ""),
        rest("PUT /api/v1/auth/me/", "", r#"{"name":"X"}"#),
        rest(
            "POST /api/v1/auth/change_password/",
            "",
            r#"{"current_password":"$password","new_password":"staple paper window"}"#,
        )
        .spoils(),
        rest(
            "POST /api/v1/auth/change_email/",
            "",
            r#"{"email":"n-$unique@example.org","password":"$password"}"#,
        ),
        rest("POST /api/v1/auth/resend_confirmation/", "", ""),
        rest("GET /api/v1/auth/sessions/", "", ""),
        rest("POST /api/v1/auth/sessions/end_all/", "", "").spoils(),
        rest("DELETE /api/v1/auth/sessions/{session_id}/", "$session", "").spoils(),
        // The account.
        rest("GET /api/v1/auth/account/", "", ""),
        rest("PUT /api/v1/auth/account/", "", r#"{"name":"Other $unique"}"#),
        rest("GET /api/v1/auth/account/export/", "", ""),
        rest(
            "POST /api/v1/auth/account/request_deletion/",
            "",
            r#"{"password":"$password"}"#,
        )
        .spoils(),
        rest("POST /api/v1/auth/account/cancel_deletion/", "", ""),
        rest("GET /api/v1/auth/users/", "", ""),
        rest(
            "POST /api/v1/auth/users/",
            "",
            r#"{"email":"u-$unique@example.org","password":"correct horse battery","role":"viewer","sites":[$site]}"#,
        ),
        rest("GET /api/v1/auth/users/{id}/", "$person", ""),
        rest("PUT /api/v1/auth/users/{id}/", "$person", r#"{"name":"X"}"#),
        rest("DELETE /api/v1/auth/users/{id}/", "$person", "").spoils(),
        rest("GET /api/v1/auth/invitations/", "", ""),
        rest(
            "POST /api/v1/auth/invitations/",
            "",
            r#"{"email":"i-$unique@example.org","role":"viewer","sites":[$site]}"#,
        ),
        rest("POST /api/v1/auth/invitations/look/", "", r#"{"token":"x"}"#),
        rest(
            "POST /api/v1/auth/invitations/accept/",
            "",
            r#"{"token":"x","password":"correct horse battery"}"#,
        ),
        rest("DELETE /api/v1/auth/invitations/{id}/", "$invitation", "").spoils(),
        rest("POST /api/v1/auth/invitations/{id}/resend/", "$invitation", ""),
        rest("GET /api/v1/auth/api_keys/", "", ""),
        rest("POST /api/v1/auth/api_keys/", "", r#"{"name":"X","scopes":["read"]}"#),
        rest("DELETE /api/v1/auth/api_keys/{id}/", "$key", "").spoils(),
        rest("GET /api/v1/auth/accounts/", "", ""),
        rest("GET /api/v1/auth/accounts/{id}/", "$other_account", ""),
        rest(
            "PUT /api/v1/auth/accounts/{id}/",
            "$other_account",
            r#"{"status":"active"}"#,
        ),
        rest("GET /api/v1/system/audit_log/", "", ""),
        // Sites.
        rest("GET /api/v1/auth/sites/", "", ""),
        rest(
            "POST /api/v1/auth/sites/",
            "",
            r#"{"name":"S $unique","sectors":["A"]}"#,
        ),
        rest("GET /api/v1/auth/sites/{id}/", "$site", ""),
        rest("PUT /api/v1/auth/sites/{id}/", "$site", r#"{"name":"S $unique"}"#),
        rest("DELETE /api/v1/auth/sites/{id}/", "$site", "").spoils(),
        rest("GET /api/v1/auth/sectors/", "?site_id=$site", ""),
        rest(
            "POST /api/v1/auth/sectors/",
            "",
            r#"{"site_id":$site,"name":"N $unique"}"#,
        )
        .spoils(),
        rest("GET /api/v1/auth/sectors/{id}/", "$sector", ""),
        rest("PUT /api/v1/auth/sectors/{id}/", "$sector", r#"{"name":"N $unique"}"#),
        rest("DELETE /api/v1/auth/sectors/{id}/", "$empty_sector", "").spoils(),
        rest("GET /api/v1/auth/industries/", "", ""),
        rest("GET /api/v1/auth/seed_keywords/", "", ""),
        // Credits.
        rest("GET /api/v1/billing/credits/balance/", "", ""),
        rest("GET /api/v1/billing/credits/costs/", "", ""),
        rest("GET /api/v1/billing/credits/transactions/", "", ""),
        rest("GET /api/v1/billing/credits/usage/", "", ""),
        rest("GET /api/v1/billing/credit-costs/", "", ""),
        rest(
            "POST /api/v1/billing/credit-costs/",
            "",
            r#"{"price_list":"standard","operation":"reparse","unit":"item","unit_size":1,"credits":1}"#,
        ),
        rest("DELETE /api/v1/billing/credit-costs/{id}/", "1", ""),
        rest("GET /api/v1/billing/plans/", "", ""),
        rest(
            "PUT /api/v1/billing/plans/{id}/",
            "1",
            r#"{"name":"Free","price_cents":0,"included_credits":1000,"support_level":"Community","price_list":"standard"}"#,
        ),
        rest(
            "POST /api/v1/billing/accounts/{id}/credits/",
            "$other_account",
            r#"{"transaction_type":"adjustment","amount":5,"description":"X","reference":"$unique"}"#,
        ),
        rest(
            "POST /api/v1/billing/accounts/{id}/refunds/",
            "$other_account",
            r#"{"ai_task_item_id":1,"description":"X"}"#,
        ),
        rest("GET /api/v1/system/scheduled-runs/", "", ""),
        rest("GET /api/v1/billing/model-prices/", "", ""),
        rest(
            "POST /api/v1/billing/model-prices/",
            "",
            r#"{"provider":"openai","model":"m-$unique","image_micros":40000}"#,
        ),
        // Planner.
        rest("GET /api/v1/planner/keywords/", "?site_id=$site", ""),
        rest(
            "POST /api/v1/planner/keywords/",
            "",
            r#"{"sector_id":$sector,"keyword":"k $unique"}"#,
        ),
        rest("GET /api/v1/planner/keywords/{id}/", "$keyword", ""),
        rest("PUT /api/v1/planner/keywords/{id}/", "$keyword", r#"{"volume":7}"#),
        rest("DELETE /api/v1/planner/keywords/{id}/", "$keyword", "").spoils(),
        rest(
            "POST /api/v1/planner/keywords/auto_cluster/",
            "",
            r#"{"sector_id":$sector,"keyword_ids":[$keyword]}"#,
        ),
        rest(
            "POST /api/v1/planner/keywords/bulk_delete/",
            "",
            r#"{"ids":[$keyword]}"#,
        )
        .spoils(),
        rest(
            "POST /api/v1/planner/keywords/bulk_update_status/",
            "",
            r#"{"ids":[$keyword],"status":"active"}"#,
        ),
        rest(
            "POST /api/v1/planner/keywords/bulk_update_intent/",
            "",
            r#"{"filter":{"site_id":$site},"intent":"commercial"}"#,
        ),
        rest(
            "POST /api/v1/planner/keywords/bulk_create/",
            "",
            r#"{"sector_id":$sector,"keywords":["m $unique"]}"#,
        ),
        rest(
            "POST /api/v1/planner/keywords/add_from_library/",
            "",
            r#"{"sector_id":$sector,"ids":[1]}"#,
        ),
        rest("GET /api/v1/planner/views/", "", ""),
        rest(
            "POST /api/v1/planner/views/",
            "",
            r#"{"list_name":"keywords","name":"v $unique","query":"status=active"}"#,
        ),
        rest("PUT /api/v1/planner/views/{id}/", "$view", r#"{"name":"v $unique"}"#).shared(),
        rest("DELETE /api/v1/planner/views/{id}/", "$view", "")
            .spoils()
            .shared(),
        rest("GET /api/v1/planner/keywords/export_csv/", "?site_id=$site", ""),
        rest("POST /api/v1/planner/keywords/import_csv/", "", "$sector").file(),
        rest("GET /api/v1/planner/keywords/imports/", "?site_id=$site", ""),
        rest("GET /api/v1/planner/keywords/imports/{id}/", "$import", ""),
        rest("GET /api/v1/planner/keywords/imports/{id}/rejects/", "$done_import", ""),
        rest("POST /api/v1/planner/keywords/imports/{id}/undo/", "$done_import", "").spoils(),
        rest("GET /api/v1/planner/keywords/{id}/sources/", "$keyword", ""),
        rest("GET /api/v1/planner/clusters/", "?site_id=$site", ""),
        rest(
            "POST /api/v1/planner/clusters/",
            "",
            r#"{"sector_id":$sector,"name":"c $unique"}"#,
        ),
        rest("GET /api/v1/planner/clusters/{id}/", "$cluster", ""),
        rest(
            "PUT /api/v1/planner/clusters/{id}/",
            "$cluster",
            r#"{"description":"x"}"#,
        ),
        rest("DELETE /api/v1/planner/clusters/{id}/", "$cluster", "").spoils(),
        rest(
            "POST /api/v1/planner/clusters/merge/",
            "",
            r#"{"ids":[$cluster,$cluster],"name":"x"}"#,
        )
        .spoils(),
        rest(
            "POST /api/v1/planner/clusters/bulk_delete/",
            "",
            r#"{"ids":[$cluster]}"#,
        )
        .spoils(),
        rest(
            "POST /api/v1/planner/clusters/bulk_update_status/",
            "",
            r#"{"ids":[$cluster],"status":"active"}"#,
        ),
        rest(
            "POST /api/v1/planner/clusters/undo_run/",
            "",
            r#"{"task_id":"$ai_task"}"#,
        )
        .spoils(),
        rest("GET /api/v1/planner/clusters/runs/", "?sector_id=$sector", ""),
        rest("GET /api/v1/planner/clusters/{id}/keywords/", "$cluster", ""),
        rest(
            "POST /api/v1/planner/clusters/{id}/keywords/",
            "$cluster",
            r#"{"ids":[$keyword]}"#,
        ),
        rest(
            "POST /api/v1/planner/clusters/{id}/keywords/remove/",
            "$cluster",
            r#"{"ids":[$member]}"#,
        )
        .spoils(),
        rest(
            "POST /api/v1/planner/clusters/{id}/keywords/move/",
            "$cluster",
            r#"{"ids":[$member],"to":$cluster}"#,
        ),
        rest(
            "POST /api/v1/planner/clusters/{id}/pin/",
            "$cluster",
            r#"{"ids":[$member],"pinned":true}"#,
        ),
        rest("GET /api/v1/planner/clusters/{id}/split/", "$cluster", ""),
        rest(
            "POST /api/v1/planner/clusters/{id}/split/",
            "$cluster",
            r#"{"parts":[{"name":"x","keyword_ids":[$member]}]}"#,
        )
        .spoils(),
        rest(
            "POST /api/v1/planner/clusters/auto_generate_ideas/",
            "",
            r#"{"ids":[$cluster],"allow_duplicate":true}"#,
        ),
        rest("GET /api/v1/planner/ideas/", "?site_id=$site", ""),
        rest(
            "POST /api/v1/planner/ideas/",
            "",
            r#"{"sector_id":$sector,"idea_title":"i $unique","allow_duplicate":true}"#,
        ),
        rest("GET /api/v1/planner/ideas/{id}/", "$idea", ""),
        rest("PUT /api/v1/planner/ideas/{id}/", "$idea", r#"{"description":"x"}"#),
        rest("DELETE /api/v1/planner/ideas/{id}/", "$idea", "").spoils(),
        rest("GET /api/v1/planner/ideas/near/", "?site_id=$site&title=coffee", ""),
        rest("POST /api/v1/planner/ideas/bulk_delete/", "", r#"{"ids":[$idea]}"#).spoils(),
        rest(
            "POST /api/v1/planner/ideas/bulk_update_status/",
            "",
            r#"{"ids":[$idea],"status":"new"}"#,
        ),
        rest(
            "POST /api/v1/planner/ideas/bulk_queue_to_writer/",
            "",
            r#"{"ids":[$idea],"allow_duplicate":true}"#,
        ),
        rest("GET /api/v1/planner/keyword-opportunities/", "?site_id=$site", ""),
        rest(
            "GET /api/v1/planner/keyword-opportunities/status/",
            "?site_id=$site",
            "",
        ),
        rest(
            "GET /api/v1/planner/keyword-opportunities/cannibalisation/",
            "?site_id=$site",
            "",
        ),
        rest(
            "POST /api/v1/planner/keyword-opportunities/add/",
            "",
            r#"{"sector_id":$sector,"library_ids":[1]}"#,
        ),
        rest("GET /api/v1/planner/dashboard/", "?site_id=$site", ""),
        // Writer.
        rest("GET /api/v1/writer/tasks/", "?site_id=$site", ""),
        rest(
            "POST /api/v1/writer/tasks/",
            "",
            r#"{"sector_id":$sector,"title":"t $unique"}"#,
        ),
        rest("GET /api/v1/writer/tasks/{id}/", "$task", ""),
        rest("DELETE /api/v1/writer/tasks/{id}/", "$task", "").spoils(),
        rest(
            "POST /api/v1/writer/tasks/auto_generate_content/",
            "",
            r#"{"ids":[$task],"allow_duplicate":true}"#,
        ),
        rest("POST /api/v1/writer/tasks/bulk_delete/", "", r#"{"ids":[$task]}"#).spoils(),
        rest(
            "POST /api/v1/writer/tasks/bulk_update/",
            "",
            r#"{"ids":[$task],"status":"draft"}"#,
        ),
        rest("GET /api/v1/writer/content/", "?site_id=$site", ""),
        rest("GET /api/v1/writer/content/{id}/", "$content", ""),
        rest(
            "PUT /api/v1/writer/content/{id}/",
            "$content",
            r#"{"revision":1,"excerpt":"x"}"#,
        ),
        rest(
            "POST /api/v1/writer/content/generate_image_prompts/",
            "",
            r#"{"ids":[$content]}"#,
        ),
        rest("GET /api/v1/writer/images/", "?site_id=$site", ""),
        rest("GET /api/v1/writer/images/{id}/", "$image", ""),
        rest("PUT /api/v1/writer/images/{id}/", "$image", r#"{"alt_text":"x"}"#),
        rest("POST /api/v1/writer/images/generate_images/", "", r#"{"ids":[$image]}"#),
        // Links; finding them comes last, for it replaces the suggestion.
        rest("GET /api/v1/linker/content/{id}/suggestions/", "$content", ""),
        rest("POST /api/v1/linker/content/{id}/accept_all/", "$content", ""),
        rest("POST /api/v1/linker/suggestions/{id}/accept/", "$link", ""),
        rest("POST /api/v1/linker/suggestions/{id}/reject/", "$link", ""),
        rest("POST /api/v1/linker/process/", "", r#"{"content_id":$content}"#),
        rest(
            "POST /api/v1/linker/batch_process/",
            "",
            r#"{"content_ids":[$content]}"#,
        ),
        // Improvements.
        rest("POST /api/v1/optimizer/optimize/", "", r#"{"content_ids":[$content]}"#),
        rest("GET /api/v1/optimizer/tasks/", "?content_id=$content", ""),
        rest("POST /api/v1/optimizer/tasks/{id}/apply/", "$improvement", ""),
        rest("POST /api/v1/optimizer/tasks/{id}/dismiss/", "$improvement", ""),
        rest("POST /api/v1/optimizer/tasks/{id}/undo/", "$improvement", ""),
        // Plans of pages.
        rest(
            "POST /api/v1/site-builder/generate_structure/",
            "",
            r#"{"site_id":$site}"#,
        ),
        rest("GET /api/v1/site-builder/blueprints/", "?site_id=$site", ""),
        rest("GET /api/v1/site-builder/blueprints/{id}/", "$blueprint", ""),
        rest("GET /api/v1/site-builder/pages/{id}/", "$page", ""),
        rest("PATCH /api/v1/site-builder/pages/{id}/", "$page", r#"{"purpose":"x"}"#),
        rest("DELETE /api/v1/site-builder/pages/{id}/", "$page", "").spoils(),
        // Publishing, jobs.
        rest("GET /api/v1/integration/integrations/", "?site_id=$site", ""),
        rest(
            "POST /api/v1/integration/integrations/",
            "",
            r#"{"site_id":$site,"base_url":"http://127.0.0.1:1","username":"u","password":"p"}"#,
        ),
        rest(
            "PUT /api/v1/integration/integrations/{id}/",
            "$integration",
            r#"{"site_id":$site,"base_url":"http://127.0.0.1:1","username":"u","password":"p"}"#,
        ),
        rest(
            "POST /api/v1/integration/integrations/{id}/test_connection/",
            "$integration",
            "",
        ),
        rest(
            "POST /api/v1/publisher/publish/",
            "",
            r#"{"content_ids":[$content],"integration_id":$integration,"target_status":"draft"}"#,
        ),
        rest("GET /api/v1/publisher/publishing-records/", "?site_id=$site", ""),
        rest("GET /api/v1/system/settings/task_progress/{task_id}/", "$ai_task", ""),
        rest(
            "POST /api/v1/system/settings/task_progress/{task_id}/cancel/",
            "$ai_task",
            "",
        ),
        rest(
            "POST /api/v1/system/settings/task_progress/{task_id}/retry/",
            "$ai_task",
            "",
        ),
        rest("GET /api/v1/system/ai_tasks/", "?site_id=$site", ""),
        rest("GET /api/v1/system/ai_tasks/{task_id}/", "$ai_task", ""),
        rest("GET /api/v1/system/ai_tasks/{task_id}/items/", "$ai_task", ""),
        // Who does the AI work.
        rest("GET /api/v1/system/settings/integrations/", "", ""),
        rest(
            "PUT /api/v1/system/settings/integrations/{provider}/",
            "openai",
            r#"{"model":"gpt-5","api_key":"sk-test"}"#,
        ),
        rest("GET /api/v1/system/settings/integrations/{provider}/", "openai", ""),
        rest("DELETE /api/v1/system/settings/integrations/{provider}/", "openai", "").spoils(),
        rest(
            "POST /api/v1/system/settings/integrations/{provider}/test/",
            "builtin",
            "",
        ),
        rest(
            "POST /api/v1/system/settings/integrations/{provider}/test_openai/",
            "openai",
            "",
        ),
        rest(
            "POST /api/v1/system/settings/integrations/{provider}/test_runware/",
            "runware",
            "",
        ),
        rest(
            "POST /api/v1/system/settings/integrations/{provider}/generate_image/",
            "builtin",
            r#"{"prompt":"A moka pot","width":256,"height":256}"#,
        ),
        rest("GET /api/v1/system/image-tests/", "", ""),
        rest("GET /api/v1/system/image-tests/{id}/", "$image_test", ""),
        rest("DELETE /api/v1/system/image-tests/{id}/", "$image_test", "").spoils(),
        rest("GET /api/v1/system/settings/ai/", "", ""),
        rest("PUT /api/v1/system/settings/ai/", "", "[]"),
        // What AI functions are told.
        rest("GET /api/v1/system/prompts/", "", ""),
        rest("GET /api/v1/system/prompts/{prompt_type}/", "auto_cluster", ""),
        rest(
            "PUT /api/v1/system/prompts/{prompt_type}/",
            "auto_cluster",
            r#"{"prompt_value":"Name {groups} $unique"}"#,
        ),
        rest("POST /api/v1/system/prompts/{prompt_type}/reset/", "auto_cluster", ""),
        rest("GET /api/v1/system/prompts/{prompt_type}/versions/", "auto_cluster", ""),
        rest(
            "POST /api/v1/system/prompts/{prompt_type}/preview/",
            "generate_content",
            r#"{"sector_id":$sector}"#,
        ),
        rest("GET /api/v1/system/author-profiles/", "", ""),
        rest("POST /api/v1/system/author-profiles/", "", r#"{"name":"A $unique"}"#),
        rest("GET /api/v1/system/author-profiles/{id}/", "$author", "").shared(),
        rest(
            "PUT /api/v1/system/author-profiles/{id}/",
            "$author",
            r#"{"name":"A $unique"}"#,
        )
        .shared(),
        rest("DELETE /api/v1/system/author-profiles/{id}/", "$author", "")
            .spoils()
            .shared(),
        rest("GET /api/v1/system/strategies/", "", ""),
        rest(
            "POST /api/v1/system/strategies/",
            "",
            r#"{"name":"S $unique","sector_id":$sector,"is_active":false}"#,
        ),
        rest("GET /api/v1/system/strategies/{id}/", "$strategy", ""),
        rest(
            "PUT /api/v1/system/strategies/{id}/",
            "$strategy",
            r#"{"name":"S $unique","sector_id":$sector,"is_active":false}"#,
        ),
        rest("DELETE /api/v1/system/strategies/{id}/", "$strategy", "").spoils(),
        // The pages' functions: signing in, oneself.
        function(
            "fn sign_up",
            r#"{"email":"f-$unique@example.org","password":"correct horse battery"}"#,
        )
        .form(),
        function(
            "fn sign_in",
            r#"{"email":"bob@example.com","password":"correct horse battery"}"#,
        )
        .form(),
        function("fn sign_out", "{}").form(),
        function("fn forgot_password", r#"{"email":"nobody@example.org"}"#).form(),
        function(
            "fn reset_password",
            r#"{"token":"x","password":"correct horse battery"}"#,
        )
        .form(),
        function("fn confirm_email", r#"{"token":"x"}"#).form(),
        function("fn look_at_invitation", r#"{"token":"x"}"#),
        function(
            "fn accept_invitation",
            r#"{"token":"x","name":"","password":"correct horse battery"}"#,
        )
        .form(),
        function("fn current_user", "{}"),
        function("fn update_profile", r#"{"name":"X"}"#),
        function(
            "fn change_password",
            r#"{"current":"$password","new":"staple paper window"}"#,
        )
        .spoils(),
        function(
            "fn change_email",
            r#"{"email":"m-$unique@example.org","password":"$password"}"#,
        ),
        function("fn resend_confirmation", "{}"),
        function("fn my_sessions", "{}"),
        function("fn end_session", r#"{"id":"$session"}"#).spoils(),
        function("fn end_other_sessions", "{}").spoils(),
        // The account.
        function("fn update_account", r#"{"patch":{"name":"Other $unique"}}"#),
        function("fn request_deletion", r#"{"password":"$password"}"#).spoils(),
        function("fn cancel_deletion", "{}"),
        function("fn list_people", r#"{"query":{}}"#),
        function(
            "fn create_person",
            r#"{"input":{"email":"v-$unique@example.org","password":"correct horse battery","role":"viewer","sites":[$site]}}"#,
        ),
        function("fn update_person", r#"{"id":$person,"patch":{"name":"X"}}"#),
        function("fn remove_person", r#"{"id":$person}"#).spoils(),
        function("fn list_invitations", r#"{"query":{}}"#),
        function(
            "fn invite",
            r#"{"input":{"email":"j-$unique@example.org","role":"viewer","sites":[$site]}}"#,
        ),
        function("fn resend_invitation", r#"{"id":$invitation}"#),
        function("fn revoke_invitation", r#"{"id":$invitation}"#).spoils(),
        function("fn list_api_keys", r#"{"query":{}}"#),
        function("fn create_api_key", r#"{"input":{"name":"X","scopes":["read"]}}"#),
        function("fn revoke_api_key", r#"{"id":$key}"#).spoils(),
        function("fn audit_log", r#"{"filter":{},"query":{}}"#),
        function("fn list_accounts", r#"{"query":{}}"#),
        function(
            "fn set_account_status",
            r#"{"id":$other_account,"patch":{"status":"active"}}"#,
        ),
        function("fn enter_account", r#"{"id":$other_account}"#),
        function("fn leave_account", "{}"),
        // Sites.
        function("fn list_sites", "{}"),
        function("fn create_site", r#"{"site":{"name":"S $unique","sectors":["A"]}}"#),
        function("fn update_site", r#"{"id":$site,"patch":{"name":"S $unique"}}"#),
        function("fn delete_site", r#"{"id":$site}"#).spoils(),
        function("fn add_sector", r#"{"sector":{"site_id":$site,"name":"N $unique"}}"#).spoils(),
        function("fn update_sector", r#"{"id":$sector,"patch":{"name":"N $unique"}}"#),
        function("fn delete_sector", r#"{"id":$empty_sector}"#).spoils(),
        function("fn industries", "{}"),
        // Credits, settings, home.
        function("fn current_balance", "{}"),
        function("fn transactions", r#"{"query":{}}"#),
        function("fn usage", r#"{"query":{}}"#),
        function("fn costs", "{}"),
        function("fn credit_prices", "{}"),
        function(
            "fn set_credit_price",
            r#"{"input":{"price_list":"standard","operation":"reparse","unit":"item","unit_size":1,"credits":1}}"#,
        ),
        function("fn withdraw_credit_price", r#"{"id":1}"#),
        function("fn plans", "{}"),
        function(
            "fn update_plan",
            r#"{"id":1,"input":{"name":"Free","price_cents":0,"included_credits":1000,"support_level":"Community","price_list":"standard"}}"#,
        ),
        function(
            "fn book_credits",
            r#"{"id":$other_account,"input":{"transaction_type":"adjustment","amount":5,"description":"X","reference":"$unique"}}"#,
        ),
        function("fn scheduled_runs", "{}"),
        function("fn site_overview", r#"{"site_id":$site}"#),
        function("fn connections", "{}"),
        function(
            "fn save_connection",
            r#"{"input":{"provider":"openai","model":"gpt-5","api_key":"sk-test"}}"#,
        ),
        function("fn test_connection", r#"{"provider":"builtin"}"#),
        function("fn ai_choices", "{}"),
        function("fn save_ai_choices", r#"{"choices":[]}"#),
        function("fn delete_connection", r#"{"provider":"openai"}"#).spoils(),
        function("fn image_tests", "{}"),
        function(
            "fn try_image",
            r#"{"input":{"provider":"builtin","width":256,"height":256,"prompt":"A moka pot"}}"#,
        ),
        function("fn image_test", r#"{"id":$image_test}"#),
        function("fn delete_image_test", r#"{"id":$image_test}"#).spoils(),
        function("fn model_prices", r#"{"query":{}}"#),
        function(
            "fn set_model_price",
            r#"{"input":{"provider":"openai","model":"n-$unique","image_micros":40000}}"#,
        ),
        // Jobs.
        function(
            "fn start_task",
            r#"{"start":{"function":"generate_ideas","cluster_ids":[$cluster]},"key":null}"#,
        ),
        function(
            "fn estimate_task",
            r#"{"start":{"function":"generate_ideas","cluster_ids":[$cluster]}}"#,
        ),
        function("fn task_progress", r#"{"task_id":"$ai_task"}"#),
        function("fn cancel_task", r#"{"task_id":"$ai_task"}"#),
        function("fn retry_failed", r#"{"task_id":"$ai_task"}"#),
        function("fn recent_tasks", r#"{"site_id":$site}"#),
        function("fn list_jobs", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function("fn job_receipt", r#"{"task_id":"$ai_task"}"#),
        function("fn job_items", r#"{"task_id":"$ai_task","filter":{},"query":{}}"#),
        // Planner.
        function("fn list_keywords", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function(
            "fn create_keyword",
            r#"{"new":{"sector_id":$sector,"keyword":"k $unique"}}"#,
        ),
        function("fn update_keyword", r#"{"id":$keyword,"patch":{"volume":7}}"#),
        function("fn delete_keywords", r#"{"selection":{"ids":[$keyword]}}"#).spoils(),
        function(
            "fn set_keyword_status",
            r#"{"selection":{"ids":[$keyword]},"status":"active"}"#,
        ),
        function(
            "fn set_keyword_intent",
            r#"{"selection":{"filter":{"site_id":$site}},"intent":"commercial"}"#,
        ),
        function("fn count_keywords", r#"{"selection":{"filter":{"site_id":$site}}}"#),
        function(
            "fn create_keywords",
            r#"{"new":{"sector_id":$sector,"keywords":["n $unique"]}}"#,
        ),
        function("fn list_library", r#"{"sector_id":$sector,"filter":{},"query":{}}"#),
        function("fn add_from_library", r#"{"pick":{"sector_id":$sector,"ids":[1]}}"#),
        function("fn list_views", r#"{"list_name":"keywords"}"#),
        function(
            "fn create_view",
            r#"{"new":{"list_name":"keywords","name":"w $unique","query":""}}"#,
        ),
        function("fn update_view", r#"{"id":$view,"patch":{"name":"w $unique"}}"#).shared(),
        function("fn delete_view", r#"{"id":$view}"#).spoils().shared(),
        function(
            "fn begin_import",
            r#"{"new":{"kind":"keywords","competitor":null,"sector_id":$sector,"file_name":"a.csv","size_bytes":10,"mapping":null,"mode":"skip"}}"#,
        ),
        function("fn finish_import", r#"{"id":$import}"#).spoils(),
        function("fn get_import", r#"{"id":$import}"#),
        function("fn cancel_import", r#"{"id":$import}"#).spoils(),
        function(
            "fn choose_import",
            r#"{"id":$import,"new":{"kind":"keywords","competitor":null,"sector_id":$sector,"file_name":"a.csv","size_bytes":10,"mapping":null,"mode":"update"}}"#,
        ),
        function("fn look_into_import", r#"{"id":$import,"sheet":null}"#),
        function("fn undo_import", r#"{"id":$done_import}"#).spoils(),
        function("fn list_imports", r#"{"site_id":$site,"query":{}}"#),
        function(
            "fn remembered_columns",
            r#"{"kind":"keywords","headers":["Keyword","Volume"]}"#,
        ),
        function(
            "fn forget_columns",
            r#"{"site_id":$site,"kind":"keywords","headers":["Keyword","Volume"]}"#,
        ),
        function("fn keyword_sources", r#"{"id":$keyword}"#),
        function("fn list_clusters", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function("fn cluster_members", r#"{"id":$cluster,"query":{}}"#),
        function("fn add_to_cluster", r#"{"id":$cluster,"keyword_ids":[$keyword]}"#),
        function("fn remove_from_cluster", r#"{"id":$cluster,"keyword_ids":[$member]}"#).spoils(),
        function(
            "fn move_to_cluster",
            r#"{"id":$cluster,"keyword_ids":[$member],"to":$cluster}"#,
        ),
        function(
            "fn pin_in_cluster",
            r#"{"id":$cluster,"keyword_ids":[$member],"pinned":true}"#,
        ),
        function("fn set_cluster_status", r#"{"ids":[$cluster],"status":"active"}"#),
        function(
            "fn merge_clusters",
            r#"{"merge":{"ids":[$cluster,$cluster],"name":"x"}}"#,
        )
        .spoils(),
        function("fn split_proposal", r#"{"id":$cluster}"#),
        function(
            "fn split_cluster",
            r#"{"id":$cluster,"parts":[{"name":"x","keyword_ids":[$member]}]}"#,
        )
        .spoils(),
        function("fn latest_groupings", r#"{"sector_id":$sector}"#),
        function("fn get_grouping", r#"{"task_id":"$ai_task"}"#),
        function("fn undo_grouping", r#"{"task_id":"$ai_task"}"#).spoils(),
        function(
            "fn grouping_sample",
            r#"{"start":{"function":"auto_cluster","sector_id":$sector,"keyword_ids":[]}}"#,
        ),
        function("fn known_results", r#"{"sector_id":$sector}"#),
        function("fn get_cluster", r#"{"id":$cluster}"#),
        function(
            "fn create_cluster",
            r#"{"new":{"sector_id":$sector,"name":"c $unique"}}"#,
        ),
        function("fn update_cluster", r#"{"id":$cluster,"patch":{"description":"x"}}"#),
        function("fn delete_clusters", r#"{"ids":[$cluster]}"#).spoils(),
        function("fn list_ideas", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function(
            "fn create_idea",
            r#"{"new":{"sector_id":$sector,"idea_title":"i $unique","allow_duplicate":true}}"#,
        ),
        function("fn update_idea", r#"{"id":$idea,"patch":{"description":"x"}}"#),
        function("fn delete_ideas", r#"{"ids":[$idea]}"#).spoils(),
        function("fn queue_ideas", r#"{"queue":{"ids":[$idea],"allow_duplicate":true}}"#),
        function("fn set_idea_status", r#"{"ids":[$idea],"status":"new"}"#),
        function("fn near_topics", r#"{"ask":{"site_id":$site,"title":"coffee"}}"#),
        function("fn list_opportunities", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function("fn opportunity_status", r#"{"filter":{"site_id":$site}}"#),
        function("fn list_collisions", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function(
            "fn add_opportunities",
            r#"{"input":{"sector_id":$sector,"library_ids":[1]}}"#,
        ),
        function("fn planner_dashboard", r#"{"filter":{"site_id":$site}}"#),
        // Writer.
        function("fn list_tasks", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function("fn create_task", r#"{"new":{"sector_id":$sector,"title":"t $unique"}}"#),
        function("fn delete_tasks", r#"{"ids":[$task]}"#).spoils(),
        function("fn set_task_status", r#"{"ids":[$task],"status":"draft"}"#),
        function("fn list_content", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function("fn get_content", r#"{"id":$content}"#),
        function(
            "fn save_content",
            r#"{"id":$content,"patch":{"revision":1,"excerpt":"x"}}"#,
        ),
        function(
            "fn save_plain",
            r#"{"id":$content,"revision":1,"title":"t","html_content":"<p>x</p>"}"#,
        )
        .form(),
        function("fn get_version", r#"{"id":$version}"#),
        function("fn restore_version", r#"{"id":$version}"#),
        function("fn list_images", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function("fn update_image", r#"{"id":$image,"patch":{"alt_text":"x"}}"#),
        // What AI functions are told.
        function("fn list_prompts", "{}"),
        function("fn get_prompt", r#"{"prompt_type":"auto_cluster"}"#),
        function(
            "fn save_prompt",
            r#"{"prompt_type":"auto_cluster","input":{"prompt_value":"Name {groups} $unique"}}"#,
        ),
        function("fn reset_prompt", r#"{"prompt_type":"auto_cluster"}"#),
        function("fn prompt_versions", r#"{"prompt_type":"auto_cluster","query":{}}"#),
        function("fn restore_prompt", r#"{"prompt_type":"generate_ideas","version":1}"#),
        function(
            "fn preview_prompt",
            r#"{"prompt_type":"generate_content","request":{"sector_id":$sector}}"#,
        ),
        function("fn list_author_profiles", r#"{"query":{}}"#),
        function("fn create_author_profile", r#"{"input":{"name":"A $unique"}}"#),
        function(
            "fn update_author_profile",
            r#"{"id":$author,"input":{"name":"A $unique"}}"#,
        )
        .shared(),
        function("fn delete_author_profile", r#"{"id":$author}"#)
            .spoils()
            .shared(),
        function("fn list_strategies", r#"{"query":{}}"#),
        function(
            "fn create_strategy",
            r#"{"input":{"name":"S $unique","sector_id":$sector,"is_active":false}}"#,
        ),
        function(
            "fn update_strategy",
            r#"{"id":$strategy,"input":{"name":"S $unique","sector_id":$sector,"is_active":false}}"#,
        ),
        function("fn set_strategy_active", r#"{"id":$strategy,"active":true}"#),
        function("fn delete_strategy", r#"{"id":$strategy}"#).spoils(),
        // Links.
        function("fn list_links", r#"{"id":$content,"filter":{},"query":{}}"#),
        function("fn accept_link", r#"{"id":$link}"#),
        function("fn accept_all_links", r#"{"id":$content}"#),
        function("fn reject_link", r#"{"id":$link}"#),
        // Improvements.
        function(
            "fn list_improvements",
            r#"{"filter":{"content_id":$content},"query":{}}"#,
        ),
        function("fn apply_improvement", r#"{"id":$improvement}"#),
        function("fn dismiss_improvement", r#"{"id":$improvement}"#),
        function("fn undo_improvement", r#"{"id":$improvement}"#),
        // Plans of pages.
        function("fn list_blueprints", r#"{"filter":{"site_id":$site},"query":{}}"#),
        function("fn get_blueprint", r#"{"id":$blueprint}"#),
        function("fn update_page", r#"{"id":$page,"patch":{"purpose":"x"}}"#),
        function("fn delete_page", r#"{"id":$page}"#).spoils(),
        // Publishing.
        function("fn integrations", r#"{"site_id":$site}"#),
        function(
            "fn save_integration",
            r#"{"id":$integration,"input":{"site_id":$site,"base_url":"http://127.0.0.1:1","username":"u","password":"p"}}"#,
        ),
        function("fn test_integration", r#"{"id":$integration}"#),
        function("fn delete_integration", r#"{"id":$integration}"#).spoils(),
        function(
            "fn publish",
            r#"{"request":{"content_ids":[$content],"integration_id":$integration,"target_status":"draft"}}"#,
        ),
        function("fn publishing_records", r#"{"filter":{"site_id":$site},"query":{}}"#),
        // Files and events.
        file("GET /events/tasks/{id}", "$ai_task"),
        file("GET /events/imports/{id}", "$import"),
        file("GET /events/image-tests/{id}", "$image_test"),
        file("POST /upload/imports/{id}", "$import?offset=0").file(),
        file("GET /download/imports/{id}/rejects.csv", "$done_import"),
        file("GET /download/account.zip", ""),
        file("GET /download/keywords.csv", "?site_id=$site"),
        Call {
            body: r#"{"selection":"{\"ids\":[$keyword]}"}"#,
            ..file("POST /download/keywords.csv", "")
        }
        .form(),
        file("GET /files/images/{id}", "$image"),
        file("GET /files/image-tests/{id}", "$image_test"),
    ]
}
